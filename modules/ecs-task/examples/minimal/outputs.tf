output "family" {
  description = "What a schedule runs."
  value       = module.daily_report.family
}

output "role_arns" {
  description = "What a schedule must be allowed to pass."
  value       = module.daily_report.role_arns
}

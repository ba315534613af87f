"""Reads a Terraform plan and says what it will really do, what is proved of it, and whether it may be applied."""

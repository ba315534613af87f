"""What the Makefile calls: set-up, provider, working folder, Terraform, plan summary, module documentation, checkov.

It works on any root under ``roots/`` and knows nothing of how it was generated, and nothing of the sandbox but the
environment variables that the AWS SDKs define.
"""

"""What the Makefile calls: set-up, provider, working folder, Terraform, plan summary, module documentation, checkov.

It works on any root under ``roots/``, and asks the generator one thing only: where a specification sets a value that
Terraform refuses. Of the sandbox it knows nothing but the environment variables that the AWS SDKs define.
"""

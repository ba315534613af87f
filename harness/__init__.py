"""What the Makefile calls: set-up, provider, working folder, Terraform, plan summary, module documentation, checkov.

It works on any root under ``roots/``, and asks the generator about specifications only: where one sets a value that
Terraform refuses, what is still to be filled in, whether a root is what they ask for. Of the sandbox it knows nothing
but the environment variables that the AWS SDKs define.
"""

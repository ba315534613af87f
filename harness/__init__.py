"""What the Makefile calls: set-up, provider, working folder, Terraform, plan summary, module documentation, checkov.

It works on any root under ``roots/``. It asks the generator about specifications (where one sets a value that Terraform
refuses, what is still to be filled in, whether a root is what they ask for, which clone holds a pinned module); it cuts
HCL into blocks and runs git as the generator does. Of the sandbox it knows nothing but the environment variables that
the AWS SDKs define.
"""

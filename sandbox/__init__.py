"""A stand-in for AWS on loopback, so that real Terraform plans and applies without an account.

`sandbox.server.start` is what tests use; `python -m sandbox` is what a person uses.
"""

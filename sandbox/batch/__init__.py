"""AWS Batch as moto lacks it: definitions and queues that the account had before, and jobs that run.

`submissions` says what a request asks for and `jobs` what Batch tells of it; `scheduler` takes jobs through their
states with `attempts`, each an ECS task of `sandbox.containers`, and `retries`; `hooks` and `job_hooks` put it behind
the API.
"""

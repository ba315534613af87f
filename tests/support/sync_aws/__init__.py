"""An AWS account in memory for tests of the sync code: real boto3 clients, real wire formats, faults at any call."""

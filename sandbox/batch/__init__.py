"""AWS Batch as moto lacks it: pages, revision numbers, what CloudTrail tells of, and what the account had before."""

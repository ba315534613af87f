"""Keeps EventBridge targets on the revision of their AWS Batch job definition: see `sync.py`."""

"""What every worker has: settings, logs, retries, events, metrics, and an exit code that says how it went."""

"""What a plan changes: what it destroys and replaces first, and what is lost with it."""

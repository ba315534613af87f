"""The snapshots kept from week to week, and the series that they make."""

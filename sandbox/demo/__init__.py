"""The workflow for custom ids, shown from end to end on this machine: `make demo`."""

"""What is wrong with a spec, beyond the form of its values."""

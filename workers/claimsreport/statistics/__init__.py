"""What is usual and what is not, in arrays of numbers that know nothing of claims."""

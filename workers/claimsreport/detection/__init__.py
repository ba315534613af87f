"""What is found: each module looks for its kinds of finding."""

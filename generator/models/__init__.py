"""What an environment can say."""

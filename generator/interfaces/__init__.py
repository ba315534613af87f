"""What modules really declare, wherever their source is."""

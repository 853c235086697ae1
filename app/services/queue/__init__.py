"""What waits to be counted, and results as they come."""

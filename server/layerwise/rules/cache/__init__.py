"""What makes every rebuild slow."""

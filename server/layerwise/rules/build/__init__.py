"""What the builder refuses, ignores, or does otherwise than written."""

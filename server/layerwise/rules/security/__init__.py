"""What gives away secrets or rights."""

"""What stays in the image for nothing."""

"""What makes two builds of the same file differ."""

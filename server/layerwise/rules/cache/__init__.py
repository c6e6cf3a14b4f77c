"""The cache family of rules."""

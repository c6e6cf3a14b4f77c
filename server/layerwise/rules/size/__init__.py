"""The size family of rules."""

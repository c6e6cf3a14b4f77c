"""The pin family of rules."""

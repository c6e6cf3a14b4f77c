"""The style family of rules."""

"""The security family of rules."""

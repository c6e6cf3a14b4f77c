"""The build family of rules."""

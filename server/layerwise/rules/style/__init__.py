"""How a file is laid out. All off in the profile `recommended`."""

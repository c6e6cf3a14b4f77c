"""The specifications of rules as tests: reading them, varying them, and what holds of every finding and every fix."""

"""Layerwise reads a Dockerfile as the builder does and says what each step costs."""

__version__ = "0.1.0"

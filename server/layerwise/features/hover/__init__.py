"""What a hover says about a place in a Dockerfile, as Markdown."""

from layerwise.features.hover.answer import Hover, hover

__all__ = ["Hover", "hover"]

"""What an editor may offer where the cursor is."""

from layerwise.features.completion.item import Item, ItemKind
from layerwise.features.completion.offer import completions

__all__ = ["Item", "ItemKind", "completions"]

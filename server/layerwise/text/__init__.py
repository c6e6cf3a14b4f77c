"""Positions in a text and edits to it; knows nothing of Dockerfiles.

The one kind of position in the core is a zero-based code-point offset into the text. Lines exist only here, bytes
only in ``shell``, a client's encoding only in ``lsp``.
"""

from layerwise.text.edits import Edit, OverlapError, apply_edits, unmoved
from layerwise.text.lines import LineIndex
from layerwise.text.rows import shared_ends
from layerwise.text.span import Span

__all__ = ["Edit", "LineIndex", "OverlapError", "Span", "apply_edits", "shared_ends", "unmoved"]

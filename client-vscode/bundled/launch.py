"""Runs the copy of Layerwise that is bundled with the extension, and nothing else that may be installed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "libs"))

from layerwise.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

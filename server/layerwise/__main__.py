"""``python -m layerwise`` is the command ``layerwise``."""

import sys

from layerwise.cli.main import main

# A process that is spawned to share the work imports this module too, and must not start the command again.
if __name__ == "__main__":
    sys.exit(main())

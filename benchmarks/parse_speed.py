"""How long it takes to parse a file anew, and again after a character was typed. Medians, in milliseconds.

Run: python benchmarks/parse_speed.py [FILE …]; without files, on files of about 60, 300 and 2,000 lines made up here.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from layerwise.syntax import Dockerfile, parse

STAGE = """\
# service {0}
FROM python:3.12-slim AS service{0}
ARG VERSION={0}
ENV APP_HOME=/srv/{0} \\
    PORT={0}
WORKDIR $APP_HOME
RUN --mount=type=cache,target=/root/.cache \\
    apt-get update && apt-get install -y --no-install-recommends \\
      package{0} \\
      # a comment inside
      curl
COPY --chown=app:app services/{0}/requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
RUN <<EOF
set -e
echo {0} > /etc/service
EOF
COPY services/{0} .
EXPOSE {0}
CMD ["python", "-m", "service{0}"]

"""


_NUMBERS = itertools.count()


def main() -> None:
    files = [(Path(name).name, Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]]
    made_up = [(f"{count * 21} lines", "".join(map(STAGE.format, range(8000, 8000 + count)))) for count in (3, 14, 95)]
    for name, text in files or made_up:
        tree = parse(text)
        anew = _median(lambda _, text=text: parse(_renamed(text)), 5)
        typed = _median(lambda number, tree=tree: _type(tree, number), 300)
        print(f"{name:>12}: anew {anew:7.2f} ms, after a keystroke {typed:6.3f} ms")


def _renamed(text: str) -> str:
    """The text with other words in almost every instruction, so that no memo helps; keywords stay as they are."""
    number = next(_NUMBERS)
    return text.replace("a", f"a{number}").replace("e", f"e{number}")


def _type(tree: Dockerfile, number: int) -> None:
    place = number * 7919 % len(tree.text)
    text = f"{tree.text[:place]}x{tree.text[place:]}"
    _ = parse(text, tree).problems


def _median(step: Callable[[int], object], times: int) -> float:
    seconds = []
    for number in range(times):
        started = time.perf_counter()
        step(number)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds) * 1000


if __name__ == "__main__":
    main()

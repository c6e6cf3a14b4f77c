"""Code frames, compared as pictures."""

from textwrap import dedent

import pytest

from layerwise.cli.cells import cells_of, crop, width_of
from layerwise.cli.frame import Mark, frame
from layerwise.cli.terminal import Look
from layerwise.text import LineIndex, Span

FILE = """\
FROM python:3.12
WORKDIR /app
COPY . .
\tRUN echo 日本語 🚀 é́ && pip install .
RUN apt-get update \\
    && apt-get install -y \\
      curl \\
      git
CMD python app.py
"""


def place(text: str, piece: str) -> Span:
    start = text.index(piece)
    return Span(start, start + len(piece))


def picture(*pieces: str | Span, text: str = FILE, width: int = 240) -> str:
    marks = [
        Mark(place(text, each) if isinstance(each, str) else each, "here" if index else "")
        for index, each in enumerate(pieces)
    ]
    return "\n".join(frame(LineIndex(text), marks, Look(width=width))) + "\n"


PICTURES = {
    "a word": (
        ("/app",),
        """\
          |
        1 | FROM python:3.12
        2 | WORKDIR /app
          |         ^^^^
        3 | COPY . .
        """,
    ),
    "tabs, wide characters and accents": (
        ("pip install",),
        """\
          |
        3 | COPY . .
        4 |     RUN echo 日本語 🚀 é́ && pip install .
          |                             ^^^^^^^^^^^
        5 | RUN apt-get update \\
        """,
    ),
    "wide characters themselves": (
        ("日本語 🚀",),
        """\
          |
        3 | COPY . .
        4 |     RUN echo 日本語 🚀 é́ && pip install .
          |              ^^^^^^^^^
        5 | RUN apt-get update \\
        """,
    ),
    "several lines": (
        (FILE[FILE.index("RUN apt") : FILE.index("CMD")],),
        """\
          |
        4 |       RUN echo 日本語 🚀 é́ && pip install .
        5 | / RUN apt-get update \\
        6 | |     && apt-get install -y \\
        7 | |       curl \\
        8 | |       git
          | |_________^
        9 |   CMD python app.py
        """,
    ),
    "several lines from within a line": (
        ("install .\nRUN",),
        """\
          |
        3 |   COPY . .
        4 |       RUN echo 日本語 🚀 é́ && pip install .
          |  _________________________________^
        5 | | RUN apt-get update \\
          | |___^
        6 |       && apt-get install -y \\
        """,
    ),
    "related places, with a gap": (
        ("COPY . .", "pip install", "CMD"),
        """\
          |
        2 | WORKDIR /app
        3 | COPY . .
          | ^^^^^^^^
        4 |     RUN echo 日本語 🚀 é́ && pip install .
          |                             ----------- here
        ...
        9 | CMD python app.py
          | --- here
        """,
    ),
    "a gap of one line is filled": (
        ("/app", "pip install"),
        """\
          |
        1 | FROM python:3.12
        2 | WORKDIR /app
          |         ^^^^
        3 | COPY . .
        4 |     RUN echo 日本語 🚀 é́ && pip install .
          |                             ----------- here
        """,
    ),
    "the end of the file": (
        (Span(len(FILE), len(FILE)),),
        """\
           |
         9 | CMD python app.py
        10 |
           | ^
        """,
    ),
}


@pytest.mark.parametrize(("marks", "expected"), PICTURES.values(), ids=PICTURES)
def test_a_frame(marks: tuple[str | Span, ...], expected: str) -> None:
    assert picture(*marks) == dedent(expected)


def test_an_empty_file_has_a_frame() -> None:
    assert picture(Span(0, 0), text="") == "  |\n1 |\n  | ^\n"


def test_a_long_mark_is_shortened_in_the_middle() -> None:
    text = "FROM a\n" + "RUN a \\\n" + "".join(f"  b{number} \\\n" for number in range(20)) + "  c\n"
    shown = picture(Span(7, len(text) - 1), text=text).splitlines()
    assert shown[:7] == [
        "   |",
        " 1 |   FROM a",
        " 2 | / RUN a \\",
        " 3 | |   b0 \\",
        " 4 | |   b1 \\",
        " 5 | |   b2 \\",
        "...  |",
    ]
    assert shown[7:] == ["22 | |   b19 \\", "23 | |   c", "   | |___^"]


def test_a_long_line_is_cropped_around_the_mark() -> None:
    text = f"FROM a\nRUN {'x' * 200} needle {'日' * 200}\n"
    shown = picture("needle", text=text, width=60).splitlines()
    assert all(width_of(line) <= 60 for line in shown)
    line, carets = shown[2], shown[3]
    assert line.startswith("2 | ...x")
    assert line.endswith("...")
    assert line[carets.index("^") : carets.rindex("^") + 1] == "needle"


def test_a_terminal_is_not_commanded_by_a_file() -> None:
    text = "RUN echo \x1b[2J\x9b31m \u202eevil\u2066 \x7f \ud800\n"
    shown = picture("RUN", text=text)
    assert "RUN echo ␛[2J\ufffd31m \ufffdevil\ufffd \ufffd \ufffd" in shown


def test_colour_changes_nothing_but_colour() -> None:
    marks = [Mark(place(FILE, "COPY . .")), Mark(place(FILE, "pip install"), "here")]
    painted = "\n".join(frame(LineIndex(FILE), marks, Look(colour=True), "red"))
    import re

    assert re.sub(r"\x1b\[[\d;]*m", "", painted) + "\n" == picture("COPY . .", "pip install")
    assert "\x1b[31m^^^^^^^^\x1b[0m" in painted


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("abcdef", 1, 3, "bc"),
        ("日本", 1, 3, "  "),
        ("日本", 0, 2, "日"),
        ("e\u0301x", 0, 1, "e\u0301"),
        ("ab", 5, 9, ""),
    ],
)
def test_cropping_counts_cells(text: str, start: int, end: int, expected: str) -> None:
    assert crop(text, start, end) == expected


def test_each_code_point_has_a_column() -> None:
    assert cells_of("a\t日🚀e\u0301").columns == (0, 1, 4, 6, 8, 9, 9)

"""When there is colour."""

import io

import pytest

from layerwise.cli.terminal import look_of


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


CASES = [
    (Terminal(), "auto", {}, True),
    (Terminal(), "auto", {"NO_COLOR": "1"}, False),
    (Terminal(), "auto", {"NO_COLOR": ""}, True),
    (Terminal(), "auto", {"TERM": "dumb"}, False),
    (Terminal(), "never", {}, False),
    (Terminal(), "always", {"NO_COLOR": "1"}, True),
    (io.StringIO(), "auto", {}, False),
    (io.StringIO(), "auto", {"FORCE_COLOR": "1"}, True),
    (io.StringIO(), "auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    (io.StringIO(), "always", {}, True),
]


@pytest.mark.parametrize(("stream", "wanted", "environment", "expected"), CASES)
def test_colour(stream: io.StringIO, wanted: str, environment: dict[str, str], *, expected: bool) -> None:
    assert look_of(stream, wanted, environment).colour is expected

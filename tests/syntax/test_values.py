"""Values as Go reads them: durations, numbers, sizes, ports, and Go's way to write a string."""

from __future__ import annotations

import pytest

from layerwise.syntax.go_values import integer, is_boolean, is_size, is_unsigned, nanoseconds
from layerwise.syntax.json_form import NotStringsError, json_array
from layerwise.syntax.ports import PortSpan, read_ports
from layerwise.syntax.quoting import quoted
from layerwise.syntax.suggest import distance, is_sure, suggestion


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1s", 10**9), ("1m30s", 90 * 10**9), ("0", 0), ("1.5h", 5400 * 10**9), ("-2ms", -2_000_000), ("+1us", 1000), (".5s", 5 * 10**8), ("1µs", 1000), ("1μs1ns", 1001), ("0s", 0)],
)  # fmt: skip
def test_nanoseconds(text: str, expected: int) -> None:
    assert nanoseconds(text) == expected


@pytest.mark.parametrize("text", ["", "-", "s", "1", "1.", ".s", "1x", "1 s", "1s2", "9999999999999h", "1sm"])
def test_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"^time: "):
        nanoseconds(text)


def test_integer() -> None:
    assert integer("-12", bits=32) == -12
    for text in ("", "1.0", "1e3", "2147483648", "9" * 60):
        with pytest.raises(ValueError, match=r"^strconv\.ParseInt: parsing "):
            integer(text, bits=32)


def test_small_readers() -> None:
    assert [is_unsigned(text, base=8, bits=32) for text in ("0755", "8", "", "-1")] == [True, False, False, False]
    assert [is_boolean(text) for text in ("true", "T", "1", "yes", "")] == [True, True, True, False, False]
    assert [is_size(text) for text in ("64m", "1.5GiB", "10", "1 kb", "m", "1x")] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("80", PortSpan(80, 80, "tcp")),
        ("80-82/UDP", PortSpan(80, 82, "udp")),
        ("1:2", PortSpan(2, 2, "tcp")),
        ("1.2.3.4:1-2:3-4/sctp", PortSpan(3, 4, "sctp")),
        ("[::1]::5", PortSpan(5, 5, "tcp")),
        ("::1:5:6", PortSpan(6, 6, "tcp")),
    ],
)
def test_ports(word: str, expected: PortSpan) -> None:
    assert read_ports(word) == expected


ARRAYS = [
    ("[]", []),
    (' ["a"]', None),
    ('["a", "b" ]', ["a", "b"]),
    ('["\\u00e9\\n\\/"]', ["é\n/"]),
    ('["\\ud83d\\ude80"]', ["🚀"]),
    ('["\\ud83d"]', ["\ufffd"]),
    ('["a",]', None),
    ('["a" "b"]', None),
    ("['a']", None),
    ('["a"] b', None),
    ('["a\tb"]', None),
    ('["\\x"]', None),
    ("[", None),
    ("", None),
    ("[1", None),
    ("[NaN]", None),
    ("[01]", None),
    ("[" * 5000, None),
]


@pytest.mark.parametrize(("text", "expected"), ARRAYS)
def test_json_array(text: str, expected: list[str] | None) -> None:
    items = json_array(text, 0, len(text))
    assert (items if items is None else [item.value for item in items]) == expected


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("[1]", "1"),
        ('["a", null]', "null"),
        ('[{"a": [1, {}]}, 2]', '{"a": [1, {}]}'),
        ("[[]]", "[]"),
        ("[-1.5e3]", "-1.5e3"),
    ],
)
def test_json_array_of_other_things(text: str, marked: str) -> None:
    with pytest.raises(NotStringsError) as caught:
        json_array(text, 0, len(text))
    assert text[caught.value.start : caught.value.end] == marked


def test_deeply_nested_json_is_read_without_recursion() -> None:
    text = "[" * 20_000 + "]" * 20_000
    with pytest.raises(NotStringsError):
        json_array(text, 0, len(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", '"a"'),
        ('a"\\', '"a\\"\\\\"'),
        ("\n\x00", '"\\n\\x00"'),
        ("é\xa0", '"é\\u00a0"'),
        ("\U000e0001", '"\\U000e0001"'),
    ],
)
def test_quoted(text: str, expected: str) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("word", "options", "expected"),
    [
        ("form", ("from", "chown"), "from"),
        ("FORM", ("from",), "FROM"),
        ("Form", ("FROM",), "from"),
        ("from", ("from", "form"), None),
        ("xyz", ("from",), None),
        ("x" * 50, ("from",), None),
        ("", ("ab",), "ab"),
    ],
)
def test_suggestion(word: str, options: tuple[str, ...], expected: str | None) -> None:
    assert suggestion(word, options, case_sensitive=False) == expected


def test_distance_and_how_sure() -> None:
    assert (distance("kitten", "sitten"), distance("ab", "abcdef")) == (1, 3)
    assert [is_sure(*pair) for pair in (("RNU", "RUN"), ("RUNN", "RUN"), ("FOO", "FROM"), ("chwno", "chown"))] == [
        True,
        True,
        False,
        False,
    ]

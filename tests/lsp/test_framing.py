"""Messages are found in a stream however it is cut, and noise between them costs none of the others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.lsp.framing import MAX_HEADER, Framing, FramingError


def framed(body: bytes, *headers: bytes) -> bytes:
    lines = [b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def read(*pieces: bytes) -> list[bytes | str]:
    framing = Framing()
    found = [each for piece in pieces for each in framing.feed(piece)]
    return ["noise" if isinstance(each, FramingError) else each for each in found]


BODIES = st.lists(st.binary(min_size=1, max_size=40), max_size=4)


@settings(deadline=None)
@given(BODIES, st.integers(1, 50))
def test_the_cuts_of_a_stream_do_not_matter(bodies: list[bytes], size: int) -> None:
    stream = b"".join(map(framed, bodies))
    assert read(*(stream[at : at + size] for at in range(0, len(stream), size))) == bodies


@pytest.mark.parametrize(
    "stream",
    [
        framed(b"{}", b"Content-Type: application/vscode-jsonrpc; charset=utf-8"),
        b"content-length:2\r\n\r\n{}",
        b"CONTENT-LENGTH :  2 \r\n\r\n{}",
        b"Content-Length: 2\n\n{}",
        b"Content-Type: x\r\nContent-Length: 2\r\n\r\n{}",
        b"\r\n\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_headers_come_in_many_spellings(stream: bytes) -> None:
    assert read(stream) == [b"{}"]


@pytest.mark.parametrize(
    "noise",
    [
        b"hello\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
        b"Content-Length: -5\r\n\r\n",
        b"Content-Length: 99999999999\r\n\r\n",
        b"Content-Type: text/plain\r\n\r\n",
        b"a line without an end",
        b"\xff\xfe\x00\r\n\r\n",
    ],
)
def test_reading_goes_on_behind_noise(noise: bytes) -> None:
    assert read(framed(b"one") + noise + framed(b"two")) == [b"one", "noise", b"two"]


def test_a_length_that_is_too_short_costs_one_message() -> None:
    assert read(b'Content-Length: 3\r\n\r\n{"a":1}' + framed(b"two"))[1:] == ["noise", b"two"]


def test_headers_without_an_end_are_not_kept_for_ever() -> None:
    assert read(*[b"x" * 1000] * (2 * MAX_HEADER // 1000), framed(b"two"))[-1] == b"two"


def test_an_empty_body_is_a_message() -> None:
    assert read(framed(b"") + framed(b"two")) == [b"", b"two"]

"""The hover: what the manual says, as the client can show it."""

from __future__ import annotations

import pytest

from layerwise.lsp.converting import plain

from .client import Client, spot


def test_a_hover_explains_the_word_under_the_cursor(started: Client) -> None:
    uri = started.open("FROM debian:12 AS 🚀 x\nWORKDIR /app\n")
    answer = started.hover(uri, 1, 3)
    assert answer["contents"]["kind"] == "markdown"
    assert "WORKDIR" in answer["contents"]["value"]
    assert answer["range"] == spot(1, 0, 7)


def test_a_squiggle_shows_the_page_of_its_rule(started: Client) -> None:
    uri = started.open("FROM debian:12\nMAINTAINER Ada\n")
    assert "build/deprecated-maintainer" in started.hover(uri, 1, 2)["contents"]["value"]


def test_there_is_nothing_to_say_about_a_blank_line(started: Client) -> None:
    uri = started.open("FROM debian:12\n\n\n\nWORKDIR /app\n")
    assert started.hover(uri, 2, 0) is None
    assert started.hover(uri, 99, 99) is None
    assert started.hover("file:///never/Dockerfile", 0, 0) is None


def test_a_client_without_markdown_gets_plain_text(client: Client) -> None:
    client.start({"textDocument": {"hover": {"contentFormat": ["plaintext"]}}})
    answer = client.hover(client.open("FROM debian:12\n"), 0, 1)
    assert answer["contents"]["kind"] == "plaintext"
    assert "```" not in answer["contents"]["value"]
    assert "**" not in answer["contents"]["value"]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("## Why\n\nIt *may* be **bad**.", "Why\n\nIt may be bad."),
        ("`a` and `` b`c ``, `` ` ``", "a and b`c, `"),
        ("**[`a`](https://x)** `*b*`", "a (https://x) *b*"),
        ("[the reference](https://x/y#z) and [x](x)", "the reference (https://x/y#z) and x"),
        ("one\n\n```dockerfile\nRUN `a` **b**\n# c\n```\n\n# two", "one\n\nRUN `a` **b**\n# c\n\ntwo"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_plain_text_has_no_marks(markdown: str, text: str) -> None:
    assert plain(markdown) == text

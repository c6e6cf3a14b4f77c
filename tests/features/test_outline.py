"""The outline, folds and links of a file."""

import pytest

from layerwise.engine import analyse
from layerwise.features.folding import FoldKind, folds
from layerwise.features.links import links
from layerwise.features.symbols import Symbol, SymbolKind, symbols

TEXT = """\
# syntax=docker/dockerfile:1
# check=skip=all

# One comment
# of two lines
ARG V=1
FROM node:$V AS build
ENV A=1 \\
    B=2
RUN <<EOF
make
EOF

# alone
FROM nginx
COPY --from=build /a /b
"""


def outline(found: tuple[Symbol, ...], depth: int = 0) -> list[str]:
    lines = []
    for symbol in found:
        lines.append("  " * depth + f"{symbol.kind}: {symbol.name} ({symbol.detail})")
        lines += outline(symbol.children, depth + 1)
    return lines


def test_the_outline() -> None:
    assert outline(symbols(analyse(TEXT))) == [
        "instruction: ARG (V=1)",
        "  variable: V (1)",
        "stage: build (FROM node:$V)",
        "  instruction: ENV (A=1 \\ B=2)",
        "    variable: A (1)",
        "    variable: B (2)",
        "  instruction: RUN (<<EOF)",
        "stage: nginx (FROM)",
        "  instruction: COPY (/a /b)",
    ]


def test_a_name_lies_inside_of_its_symbol_and_children_inside_of_their_parent() -> None:
    def walk(symbol: Symbol) -> None:
        assert symbol.span.encloses(symbol.name_span)
        for child in symbol.children:
            assert symbol.span.encloses(child.span)
            walk(child)

    found = symbols(analyse(TEXT))
    assert {symbol.kind for symbol in found} == {SymbolKind.INSTRUCTION, SymbolKind.STAGE}
    for symbol in found:
        walk(symbol)


@pytest.mark.parametrize(
    "text", ["", "FROM", "ENV", "FROM x\nENV a", "WHAT\n", "RUN <<E\n", "FROM x AS\n", "\ufeffFROM x"]
)
def test_a_file_that_is_only_begun_has_an_outline_and_folds(text: str) -> None:
    analysis = analyse(text)
    assert isinstance(symbols(analysis), tuple)
    assert isinstance(folds(analysis), tuple)
    assert isinstance(links(analysis), tuple)


def test_folds() -> None:
    analysis = analyse(TEXT)
    found = [
        (analysis.lines.line_of(fold.span.start) + 1, analysis.lines.line_of(fold.span.end) + 1, fold.kind)
        for fold in folds(analysis)
    ]
    assert found == [
        (1, 2, FoldKind.COMMENT),
        (4, 5, FoldKind.COMMENT),
        (7, 12, FoldKind.REGION),
        (8, 9, FoldKind.REGION),
        (10, 12, FoldKind.REGION),
        (15, 16, FoldKind.REGION),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM node:22\n", [("node", "https://hub.docker.com/_/node")]),
        ("FROM acme/shop@sha256:0\n", [("acme/shop", "https://hub.docker.com/r/acme/shop")]),
        ("FROM docker.io/library/node:22\n", [("docker.io/library/node", "https://hub.docker.com/_/node")]),
        ("FROM quay.io/a/b:1\n", [("quay.io/a/b", "https://quay.io/repository/a/b")]),
        ("FROM ghcr.io/a/b\n", [("ghcr.io/a/b", "https://github.com/a/b/pkgs/container/b")]),
        ("FROM ghcr.io/a\n", []),
        ("FROM scratch\n", []),
        ("ARG V\nFROM node:$V\n", []),
        ("FROM node AS a\nFROM a\nCOPY --from=a x y\n", [("node", "https://hub.docker.com/_/node")]),
        ("FROM scratch\nCOPY --from=nginx:1 a b\n", [("nginx", "https://hub.docker.com/_/nginx")]),
        ("FROM scratch\nRUN --mount=from=acme/x,target=/a b\n", [("acme/x", "https://hub.docker.com/r/acme/x")]),
        ("#syntax=docker/dockerfile:1\n", [("docker/dockerfile", "https://hub.docker.com/r/docker/dockerfile")]),
    ],
)
def test_links(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(link.span.of(text), link.address) for link in links(analyse(text))] == expected

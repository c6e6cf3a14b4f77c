"""Which part of an instruction is being written: ``¦`` is the cursor."""

import pytest

from layerwise.engine import analyse
from layerwise.features.signature import SignatureHelp, signature_help
from layerwise.knowledge.instructions import INSTRUCTIONS
from layerwise.knowledge.signatures import SIGNATURES


def at(marked: str) -> SignatureHelp | None:
    offset = marked.index("¦")
    return signature_help(analyse(marked.replace("¦", "")), offset)


@pytest.mark.parametrize(
    ("marked", "label"),
    [
        ("FROM no¦de", "image"),
        ("FROM node:2¦2", ":tag"),
        ("FROM reg:5000/no¦de", "image"),
        ("FROM node ¦", "AS"),
        ("FROM node AS b¦", "name"),
        ("COPY ¦", "source"),
        ("COPY a ¦", "destination"),
        ("COPY a b¦ c", "…"),
        ("COPY --from=¦", "[--flags]"),
        ("COPY --from=x ¦", "source"),
        ('COPY ["a", ¦', '"destination"'),
        ('COPY ["a", "¦b", "c"]', '"…",'),
        ("RUN ma¦ke all", "program"),
        ("RUN make a¦ll", "argument"),
        ("RUN make all t¦oo", "…"),
        ('CMD ["a, b", ¦', '"argument",'),
        ('CMD ["a"]¦', "]"),
        ("ENV A¦=1", "key"),
        ("ENV A=¦1", "=value"),
        ("ENV A=1 ¦", "key2"),
        ("ENV A=1 B=2 C=¦", "=value2"),
        ("ENV A ¦1 2", "value"),
        ("ARG A=¦1", "=default"),
        ("EXPOSE 80 ¦", "…"),
        ("USER me:¦us", ":group"),
        ("HEALTHCHECK --interval=1s C¦MD", "CMD"),
        ("HEALTHCHECK CMD cu¦rl x", "command"),
        ("WORKDIR ¦", "path"),
        ("ONBUILD ¦", "INSTRUCTION"),
        ("ONBUILD COPY a ¦", "destination"),
        ("#escape=¦", "character"),
    ],
)
def test_the_part_at_the_cursor(marked: str, label: str) -> None:
    found = at(marked)
    assert found is not None
    signature = found.signatures[found.active_signature]
    assert signature.parts[found.active_part].label == label


@pytest.mark.parametrize(
    "marked",
    [
        "F¦ROM x",
        "¦",
        "FROM x\n¦",
        "FROM x\n# a ¦",
        "ENV A=1 \\\n# co¦mment\nB=2",
        "WHAT ¦x",
        "RUN <<E\n¦a\nE",
        'SHELL ["a"] ¦',
    ],
)
def test_no_help_outside_of_arguments(marked: str) -> None:
    assert at(marked) is None


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_every_instruction_has_its_notations(name: str) -> None:
    for signature in SIGNATURES[name]:
        done = 0
        for part in signature.parts:
            done = signature.label.index(part.label, done) + len(part.label)
            assert part.about.endswith((".", "`"))

"""Going to a definition, highlights and renaming: ``¦`` is the cursor, ``«»`` mark what is expected."""

import pytest

from layerwise.engine import analyse
from layerwise.features.occurrences import definition, name_at, occurrences
from layerwise.features.rename import RenameError, renamable, rename
from layerwise.text import Span, apply_edits

VARIABLE = """\
ARG «V»=1
FROM x:$«V» AS base
ARG «V»
ENV OTHER=${«V»:-$«V¦»}
RUN echo "$«V»" '$«V»' ${«V»}x $V2
FROM base
RUN echo $«V»
FROM y
ARG V=2
RUN echo $V
"""

CASES = [
    VARIABLE,
    "ENV A=1\nFROM x:$«¦A»\nFROM y:$«A»",
    "FROM x\nENV «A»=1\nRUN <<EOF\necho $«A¦»\nEOF\nCOPY <<EOF /y\n${«A»}\nEOF",
    "FROM x\nENV «A¦B»=1\nEXPOSE ${«A\\\nB»}",
    "FROM x\nENV «A¦» \nUSER $«A»",
    "FROM x AS «o¦ne»\nFROM «one»\nCOPY --from=«ONE» a b\nRUN --mount=from=«one»,target=/x y",
    "FROM x AS «one»\nFROM y AS two\nCOPY --from=«¦0» a b\nCOPY --from=«one» a b",
    "FROM x\nCOPY --from=«d¦ev» a b\nCOPY --from=«dev» c d",
    "FROM x\nRUN <<-'«E¦OF»'\n\ta\n\t«EOF»\n",
    "FROM x\nRUN <<«A» cat <<«B»\na\n«A»\nb\n«B»\n".replace("«A»", "A")
    .replace("«B»\nb", "«B»\nb")
    .replace("\n«B»\n", "\n«¦B»\n"),
]


def marks(marked: str) -> tuple[str, int, list[Span]]:
    """The text without marks, where the cursor is, and the marked spans."""
    text, starts, spans, cursor = "", [], [], -1
    for character in marked:
        if character == "«":
            starts.append(len(text))
        elif character == "»":
            spans.append(Span(starts.pop(), len(text)))
        elif character == "¦":
            cursor = len(text)
        else:
            text += character
    return text, cursor, spans


@pytest.mark.parametrize("marked", CASES)
def test_all_places_of_a_name(marked: str) -> None:
    text, cursor, spans = marks(marked)
    assert [each.span for each in occurrences(analyse(text), cursor)] == spans


@pytest.mark.parametrize("marked", CASES)
def test_every_place_finds_all_others(marked: str) -> None:
    text, _, spans = marks(marked)
    analysis = analyse(text)
    for span in spans:
        for offset in span:
            assert [each.span for each in occurrences(analysis, offset)] == spans


@pytest.mark.parametrize("marked", CASES)
def test_renaming_there_and_back_changes_nothing(marked: str) -> None:
    text, cursor, _ = marks(marked)
    analysis = analyse(text)
    name = name_at(analysis, cursor)
    assert name is not None
    assert renamable(analysis, cursor) == name.span
    edits = rename(analysis, cursor, "FRESH")
    renamed = apply_edits(text, edits)
    assert renamed != text
    back = rename(analyse(renamed), renamed.index("FRESH") + 1, name.text)
    joined = text.replace("\\\n", "")
    assert apply_edits(renamed, back).lower() == joined.lower()


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("FROM x\nENV A=1\nENV «A»=2\nRUN echo $¦A\nENV A=3", "A"),
        ("FROM x\nENV «A»=1\nENV A=2 B=$¦A", "A"),
        ("FROM x\nENV «A»=1\nARG A=2\nRUN echo $¦A", "A"),
        ("FROM x AS b\nARG «A»=1\nFROM b\nRUN echo $¦A", "A"),
        ("ARG «A»=1\nFROM x:$¦A", "A"),
        ("FROM x AS «b»\nFROM y\nCOPY --from=B¦ c d", "b"),
        ("FROM «x»\nFROM y\nCOPY --from=¦0 c d", "x"),
        ("FROM x AS b\nFROM y AS «b»\nFROM z\nCOPY --from=¦b c d", "b"),
        ("FROM x\nCOPY <<«EOF» /a\nb\nE¦OF", "EOF"),
    ],
)
def test_definitions(marked: str, expected: str) -> None:
    text, cursor, (span,) = marks(marked)
    assert definition(analyse(text), cursor) == span
    assert span.of(text) == expected


@pytest.mark.parametrize(
    "marked",
    [
        "FROM x\nRUN echo $¦A",
        "FROM no¦de",
        "FROM x\nRUN e¦cho",
        "¦",
        "FROM x\nARG A=1\nFROM y\nRUN echo $¦A",
        "FROM sc¦ratch",
    ],
)
def test_no_definition(marked: str) -> None:
    text, cursor, _ = marks(marked)
    assert definition(analyse(text), cursor) is None


@pytest.mark.parametrize(
    ("marked", "new_name", "reason"),
    [
        ("FROM x\nENV A¦=1", "1A", "no name of a variable"),
        ("FROM x\nENV A¦=1", "A-B", "no name of a variable"),
        ("FROM x AS o¦ne", "1st", "no name of a stage"),
        ("FROM x AS o¦ne", "scratch", "reserved"),
        ("FROM x AS o¦ne\nFROM y AS two", "TWO", "already"),
        ("FROM x\nRUN <<E¦\na\nE", "a b", "no delimiter"),
    ],
)
def test_names_that_cannot_be_used(marked: str, new_name: str, reason: str) -> None:
    text, cursor, _ = marks(marked)
    with pytest.raises(RenameError, match=reason):
        rename(analyse(text), cursor, new_name)


def test_a_number_is_not_renamed() -> None:
    text = "FROM x AS one\nFROM y\nCOPY --from=0 a b\nCOPY --from=one a b\n"
    edits = rename(analyse(text), text.index("one"), "first")
    assert apply_edits(text, edits) == text.replace("one", "first")

"""The script of an instruction: which text it is, which shell reads it, and what is nested inside it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter
from weakref import WeakKeyDictionary

from layerwise.shell.dialects import SHELLS, dialect_of_shebang, program_of
from layerwise.shell.nested import may_nest, nested_script, reads_script_from_input
from layerwise.shell.place import placed
from layerwise.shell.quoting import unquoted
from layerwise.shell.reader import read
from layerwise.shell.source import Source, of_form, of_heredoc, of_item
from layerwise.shell.tree import Around, Command, Dialect, Entry, Script, ShellWord
from layerwise.shell.wrappers import start_of
from layerwise.syntax.tree import Cmd, Entrypoint, ExecForm, Healthcheck, Heredoc, Instruction, Run, ShellForm

READ = frozenset({Dialect.SH, Dialect.BASH})
"""The languages whose scripts are read."""
_DEEPEST = 4
_HasCommand = Run | Cmd | Entrypoint | Healthcheck
_kept: WeakKeyDictionary[object, dict[Dialect, dict[int, Script]]] = WeakKeyDictionary()
"""By ``Instruction.key``: the script at 0, if it was asked for there, and where it was last. It lives as long as the
key."""


def script_of(instruction: Instruction, dialect: Dialect, escape: str) -> Script | None:
    """The script of a RUN, CMD, ENTRYPOINT or HEALTHCHECK; None for other instructions and for those without a command.

    In exec form the script is one command, whose words are the strings, and what ``sh -c`` nests in it.

    :param dialect: the language of the shell in force, see ``dialects.dialect_of``.
    :param escape: the escape character of the file. What it continues is joined by ``syntax`` already.
    """
    if not isinstance(instruction, Run | Cmd | Entrypoint | Healthcheck) or instruction.command is None:
        return None
    base = instruction.span.start
    if instruction.key is None:
        return _script(instruction, dialect)
    by_dialect = _kept.get(instruction.key)
    if by_dialect is None:
        by_dialect = _kept[instruction.key] = {}
    places = by_dialect.get(dialect, {})
    script = places.get(base)
    if script is None:
        known, found = next(iter(places.items()), (0, None))
        script = placed(found, base - known) if found else _script(instruction, dialect)
        kept = places if base == 0 else {0: places[0]} if 0 in places else {}
        by_dialect[dialect] = {**kept, base: script}
    return script


def _script(instruction: _HasCommand, dialect: Dialect) -> Script:
    form = instruction.command
    if isinstance(form, ExecForm):
        return _of_exec_form(form)
    assert isinstance(form, ShellForm)
    heredocs = instruction.heredocs if isinstance(instruction, Run) else ()
    if len(heredocs) == 1 and heredocs[0].span == form.span:
        return _of_heredoc(heredocs[0], dialect)
    if dialect not in READ:
        return Script(form.span, dialect, (), ())
    source = of_form(form)
    operators = tuple(bisect_left(source.places, heredoc.span.start) for heredoc in heredocs)
    script = read(source, dialect, heredocs=operators)
    return _with_nested(script, source, tuple(zip(operators, heredocs, strict=True)))


def _of_heredoc(heredoc: Heredoc, dialect: Dialect) -> Script:
    """``RUN <<EOF``: the body is the script, or a program in the language of its shebang."""
    source = of_heredoc(heredoc)
    if source.text.startswith("#!"):
        dialect = dialect_of_shebang(source.text.partition("\n")[0])
    if dialect not in READ or not source.text:
        return Script(heredoc.body, dialect, (), (), heredoc=True)
    script = _with_nested(read(source, dialect), source, ())
    return Script(
        heredoc.body,
        dialect,
        script.entries,
        script.commands,
        script.comments,
        script.broken,
        heredoc=True,
    )


def _of_exec_form(form: ExecForm) -> Script:
    words = tuple(ShellWord(item.span, item.text, item.text) for item in form.items)
    if not words:
        return Script(form.span, Dialect.OTHER, (), ())
    command = Command(form.span, words, start_of(words), is_json=True)
    nested = nested_script(command, Dialect.SH)
    commands = [command]
    dialect = SHELLS.get(program_of(words[0].text), Dialect.SH)
    if nested:
        dialect = nested.dialect
        items = [item for item, word in zip(form.items, words, strict=True) if word in nested.words]
        for item in items[:1]:
            source = of_item(item)
            if source.text:
                inner = read(source, dialect, within=(Around.NESTED,))
                commands += _with_nested(inner, source, (), depth=1).commands
    return Script(form.span, dialect, (Entry(form.span, command, ""),), tuple(commands))


def _with_nested(script: Script, source: Source, heredocs: tuple[tuple[int, Heredoc], ...], depth: int = 0) -> Script:
    """The script with the commands of the scripts inside its words."""
    if depth >= _DEEPEST or not may_nest(source.text):
        return script
    found = [inner for command in script.commands for inner in _nested(command, script, source, heredocs, depth)]
    if not found:
        return script
    commands = sorted((*script.commands, *found), key=attrgetter("span"))
    return Script(script.span, script.dialect, script.entries, tuple(commands), script.comments, script.broken)


def _nested(
    command: Command,
    script: Script,
    source: Source,
    heredocs: tuple[tuple[int, Heredoc], ...],
    depth: int,
) -> Iterator[Command]:
    within = (*command.within, Around.NESTED)
    nested = nested_script(command, script.dialect)
    if nested:
        inner = _joined([_inside_of(word, script, source) for word in nested.words])
        if inner.text:
            found = read(inner, nested.dialect, within)
            yield from _with_nested(found, inner, (), depth + 1).commands
        return
    dialect = reads_script_from_input(command) if heredocs else None
    if dialect is None:
        return
    for operator, heredoc in heredocs:
        place = source.places[operator]
        mine = any(each.target is None and each.span.start <= place < each.span.end for each in command.redirections)
        if mine and (heredoc.quoted or "\\" not in heredoc.text) and heredoc.text:
            body = of_heredoc(heredoc)
            yield from _with_nested(read(body, dialect, within), body, (), depth + 1).commands


def _inside_of(word: ShellWord, script: Script, source: Source) -> Source:
    """What a word holds once its quotes are gone. What the outer shell substitutes in it is none of the inner's."""
    start = bisect_left(source.places, word.span.start)
    end = bisect_left(source.places, word.span.end)
    cut = source.cut(start, end)
    skipped = tuple(_substitutions(cut.text)) if "$(" in cut.text or "`" in cut.text else ()
    return unquoted(cut, skipped)


def _substitutions(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of ``$(…)`` and backquotes in a word that its own quotes do not protect."""
    index = 0
    quote = ""
    while index < len(text):
        character = text[index]
        if character == "\\" and quote != "'":
            index += 2
            continue
        if character in "'\"" and quote in ("", character):
            quote = "" if quote else character
        elif quote != "'" and (character == "`" or text.startswith("$(", index)):
            end = _closing(text, index)
            yield index, end
            index = end
            continue
        index += 1


def _closing(text: str, start: int) -> int:
    if text[start] == "`":
        end = text.find("`", start + 1)
        return len(text) if end < 0 else end + 1
    depth = 0
    for index in range(start + 1, len(text)):
        depth += (text[index] == "(") - (text[index] == ")")
        if not depth:
            return index + 1
    return len(text)


def _joined(sources: list[Source]) -> Source:
    """Several words as ``eval`` joins them."""
    if len(sources) == 1:
        return sources[0]
    text: list[str] = []
    places: list[int] = []
    ends: list[int] = []
    for source in sources:
        if text and source.text:
            text.append(" ")
            places.append(places[-1])
            ends.append(ends[-1])
        text.append(source.text)
        places.extend(source.places)
        ends.extend(source.end(index) for index in range(len(source.text)))
    return Source("".join(text), places, ends)

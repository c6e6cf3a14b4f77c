"""Compares the parser with BuildKit on cases drawn from BuildKit's own tests.

Prints the agreement per kind, every disagreement, and every case that is left out, with its reason. Exit status 1 when
one disagrees. Run: python benchmarks/buildkit_agreement.py
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from corpus_parse import arguments_of, flags_of, lines_of
from layerwise.build import build
from layerwise.build.problems import problems
from layerwise.syntax import Dockerfile, Instruction, Onbuild, Run, Transfer, parse
from layerwise.syntax.directives import frontend
from layerwise.syntax.flag_values import read_device
from layerwise.syntax.heredocs import opening, openings
from layerwise.syntax.json_form import NotStringsError, json_array
from layerwise.syntax.nodes import Comment, ExecForm, Gap, Heredoc
from layerwise.syntax.pairs import split_words
from layerwise.syntax.patterns import regex_of
from layerwise.syntax.ports import read_ports
from layerwise.syntax.words import expansion
from shared import shared_file

Case = dict[str, Any]


_LENIENT: Counter[str] = Counter()
"""How often a comparison was less than strict, by reason."""


class LeftOutError(Exception):
    """The case is none for a parser; the text says why."""


def main() -> int:
    totals: Counter[tuple[str, str]] = Counter()
    left_out: list[str] = []
    failures = 0
    for name, compare in (("buildkit_parser_cases", _accepted), ("buildkit_negative_cases", _refused)):
        path = shared_file(f"peers/{name}.jsonl")
        if path is None:
            print(f"skipped: peers/{name}.jsonl is not here (set LAYERWISE_SHARED)")
            return 0
        for case in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            kind = f"{name.split('_')[1]} {case.get('kind') or case['stage']}"
            try:
                differences = list(compare(case))
            except LeftOutError as reason:
                left_out.append(f"{kind} {case['name']}: {reason}")
                totals[kind, "left out"] += 1
                continue
            totals[kind, "disagree" if differences else "agree"] += 1
            failures += bool(differences)
            for difference in differences:
                print(f"DISAGREES {kind} {case['name']} ({_shown(case)}): {difference}")
    for kind in sorted({kind for kind, _ in totals}):
        agree, disagree = totals[kind, "agree"], totals[kind, "disagree"]
        rest = totals[kind, "left out"]
        print(f"{kind:40} {agree:4} of {agree + disagree:4} agree" + (f", {rest} left out" if rest else ""))
    print(f"\nleft out, {len(left_out)} cases:" if left_out else "\nnothing left out")
    for line in left_out:
        print(f"  {line}")
    for reason, count in _LENIENT.items():
        print(f"  in {count} cases: {reason}")
    agreed = sum(count for (_, state), count in totals.items() if state == "agree")
    print(f"\n{agreed} agree, {failures} disagree, {len(left_out)} left out")
    return 1 if failures else 0


def _shown(case: Case) -> str:
    return repr(case.get("dockerfile") or case.get("input"))[:200]


def _accepted(case: Case) -> Iterator[str]:
    """What is different about a case that BuildKit accepts."""
    if case["kind"] in _WORDS:
        yield from _WORDS[case["kind"]](case)
        return
    if case["kind"] not in _CHECKS:
        raise LeftOutError("a kind of case that this script does not know")
    if "dockerfile" in case:
        tree = parse(case["dockerfile"])
        yield from _against_oracle(case, tree)
    for check in case["expect"] if isinstance(case.get("expect"), list) else [{}]:
        yield from _CHECKS[case["kind"]](case, check if isinstance(check, dict) else {})


def _against_oracle(case: Case, tree: Dockerfile) -> Iterator[str]:
    """Instructions and their lines, and whether the file is refused, and where."""
    oracle = case["oracle"]
    if oracle["parse_error"] is None:
        ours = [(each.name.lower(), *lines_of(each, tree)) for each in tree.instructions]
        theirs = [(each["value"].lower(), each["start"], each["end"]) for each in oracle["children"]]
        if ours != theirs:
            yield f"instructions {ours} instead of {theirs}"
        if oracle["escape"] != tree.escape:
            yield f"escape character {tree.escape!r}"
    error = oracle["instruction_error"]
    if error == "no build stage in current context" and not any(each.name == "FROM" for each in tree.instructions):
        _LENIENT["a file without any FROM is a fragment to us, BuildKit refuses it"] += 1
        error = None
    if error is None and tree.problems and _is_final(oracle):
        yield f"problems that BuildKit does not have: {tree.problems}"
    if error is not None:
        yield from _refusal(tree, error, oracle["instruction_error_lines"])


def _is_final(oracle: Case) -> bool:
    return oracle["instruction_error"] is None


def _refusal(tree: Dockerfile, message: str, lines: list[list[int]] | None) -> Iterator[str]:
    """:param lines: the lines that BuildKit names, as pairs of first and last."""
    bare = message.partition(": ")[2] if message.startswith("dockerfile parse error on line") else message
    problems = [(problem, tree.lines.line_of(problem.span.start) + 1) for problem in tree.problems]
    problems += [(problem, tree.lines.line_of(problem.span.start) + 1) for problem in tree.step_problems]
    if not problems:
        yield f"not refused, though BuildKit says: {message}"
    elif all(problem.message != bare for problem, _ in problems):
        yield f"refused in other words: {[problem.message for problem, _ in problems]} instead of {bare}"
    elif message in _LINE_OF_ITS_OWN:
        _LENIENT[f"line not compared, {_LINE_OF_ITS_OWN[message]}"] += 1
    elif lines:
        allowed = {line for first, last in lines for line in range(first, last + 1)}
        if not any(line in allowed for _, line in problems):
            yield f"refused on lines {[line for _, line in problems]} instead of {lines}"


_LINE_OF_ITS_OWN = {
    "dockerfile line greater than max allowed size of 65535": "BuildKit names the last line that it could read",
    "file with no instructions": "BuildKit names the last line, blank or not",
}


def _ast(case: Case, _: Case) -> Iterator[str]:
    tree = parse(case["dockerfile"])
    ours = [_expression(each) for each in tree.instructions]
    for mine, theirs in zip(ours, case["tree"], strict=False):
        if mine != theirs:
            yield f"{mine} instead of {theirs}"
    if len(ours) != len(case["tree"]):
        yield f"{len(ours)} instructions instead of {len(case['tree'])}"


def _expression(instruction: Instruction) -> list[Any]:
    """The instruction as BuildKit dumps it."""
    head: list[Any] = [instruction.name.lower()]
    if instruction.flags:
        head.append({"flags": flags_of(instruction)})
    if isinstance(instruction, Onbuild):
        return [*head, _expression(instruction.trigger)] if instruction.trigger else head
    return [*head, *arguments_of(instruction)]


def _parse(case: Case, check: Case) -> Iterator[str]:
    path = check["path"]
    tree = parse(case["dockerfile"])
    if path in ("r1", "r2"):
        return
    if path == "r0" and check["is"] == "len":
        if len(tree.sections) - 1 != check["value"]:
            yield f"{len(tree.sections) - 1} stages instead of {check['value']}"
    elif path.endswith(".Heredocs"):
        index = int(path.partition("[")[2].partition("]")[0])
        ours = [_heredoc(each) for each in tree.instructions[index].heredocs]
        if ours != (check["value"] or []):
            yield f"heredocs {ours} instead of {check['value']}"
    elif path.endswith((".DocComment", ".Key")):
        yield from _described(tree, path, check["value"])
    else:
        raise LeftOutError(f"no such thing in the tree: {path}")


def _heredoc(heredoc: Heredoc) -> Case:
    return {
        "Name": heredoc.delimiter,
        "FileDescriptor": heredoc.file_descriptor,
        "Expand": not heredoc.quoted,
        "Chomp": heredoc.strips_tabs,
        "Content": heredoc.text,
    }


def _described(tree: Dockerfile, path: str, value: str) -> Iterator[str]:
    """``r0[stage].Commands[i].Args[j].DocComment``, or ``r1[i].Args…`` for the ARGs before the first FROM."""
    numbers = [int(part.partition("]")[0]) for part in path.split("[")[1:]]
    section = tree.sections[0 if path.startswith("r1") else numbers[0] + 1]
    offset = 0 if path.startswith("r1") else 1
    instruction = section.instructions[0 if path == f"r0[{numbers[0]}].DocComment" else numbers[-2] + offset]
    word = instruction.pairs[numbers[-1]].key if hasattr(instruction, "pairs") else instruction.alias
    found = word.text if path.endswith(".Key") else _doc_comment(tree, instruction, word.text)
    if found != value:
        yield f"{path} is {found!r} instead of {value!r}"


def _doc_comment(tree: Dockerfile, instruction: Instruction, name: str) -> str:
    comments: list[str] = []
    for piece in tree.pieces():
        if piece.span == instruction.span:
            break
        if isinstance(piece, Comment):
            comments = [*comments, piece.text] if piece.text else []
        elif not isinstance(piece, Gap):
            comments = []
    return next((text[len(name) + 1 :] for text in comments if text.startswith(name + " ")), "")


def _parse_instruction(case: Case, check: Case) -> Iterator[str]:
    tree = parse(case["dockerfile"])
    instruction = tree.instructions[0]
    path, value = check["path"], check.get("value")
    if path == "r1":
        if tree.problems:
            yield f"refused: {tree.problems}"
    elif path == "r0.SourcesAndDest" and isinstance(instruction, Transfer):
        ours = _sources(instruction)
        if ours != value:
            yield f"{ours} instead of {value}"
    elif path.startswith("r0.") and isinstance(instruction, Run):
        found = _run_field(instruction, path)
        if found != (value if path != "r0.PrependShell" else value is not False):
            yield f"{path} is {found!r} instead of {value!r}"
    else:
        raise LeftOutError(f"no such thing in the tree: {path}")


def _run_field(instruction: Run, path: str) -> Any:
    command = instruction.command
    assert command
    if path == "r0.PrependShell":
        return not isinstance(command, ExecForm)
    if path == "r0.CmdLine":
        return [item.text for item in command.items] if isinstance(command, ExecForm) else [command.text]
    files = [{"Name": h.delimiter, "Data": h.text, "Chomp": h.strips_tabs} for h in instruction.heredocs]
    return files or None


def _sources(instruction: Transfer) -> Case:
    contents = [
        {"Path": each.delimiter, "Data": each.text, "Expand": not each.quoted}
        for each in instruction.sources
        if isinstance(each, Heredoc)
    ]
    paths = [each.text for each in instruction.sources if not isinstance(each, Heredoc)]
    assert instruction.destination
    found: Case = {"DestPath": instruction.destination.text}
    if paths:
        found["SourcePaths"] = paths
    if contents:
        found["SourceContents"] = contents
    return found


def _build(case: Case, check: Case) -> Iterator[str]:
    if check["path"] != "r1":
        raise LeftOutError("needs a registry: it looks at the configuration of an image")
    tree = parse(case["dockerfile"])
    if tree.problems or tree.step_problems:
        yield f"refused: {tree.problems} {tree.step_problems}"


def _directive(case: Case, check: Case) -> Iterator[str]:
    """``r0`` first word of the value, ``r1`` the value, ``r2`` its lines, ``r3`` whether there is one."""
    tree = parse(case["dockerfile"])
    if case["kind"] == "DetectSyntax":
        word = frontend(case["dockerfile"])
    else:
        named = (each for each in tree.directives if each.name.text.lower() == case["directive"])
        word = next((each.value for each in named), None)
    path = check["path"]
    value = word.text if word else ""
    line = tree.lines.line_of(word.span.start) + 1 if word else 0
    found = {"r0": value.split(" ")[0], "r1": value, "r3": word is not None}.get(path, line)
    wanted = {"true": True, "false": False}.get(check["is"], check.get("value"))
    if found != wanted:
        yield f"{path} is {found!r} instead of {wanted!r}"


def _parse_all(case: Case, check: Case) -> Iterator[str]:
    directives = parse(case["dockerfile"]).directives
    found: Any = len(directives)
    if check["path"].startswith("r0["):
        directive = directives[int(check["path"][3])]
        found = directive.name.text.lower() if check["path"].endswith("Name") else directive.value.text
    if check["is"] != "no_error" and found != check["value"]:
        yield f"{check['path']} is {found!r} instead of {check['value']!r}"


def _name_val(case: Case, check: Case) -> Iterator[str]:
    if check["is"] == "no_error":
        return
    wanted, node = [], check["value"]
    while node:
        wanted.append(node.get("Value", ""))
        node = node.get("Next")
    found = arguments_of(parse(f"{case['args'][0]} {case['input']}").instructions[0])
    if found != wanted:
        yield f"{found} instead of {wanted}"


def _heredoc_word(case: Case, check: Case) -> Iterator[str]:
    found = opening(case["input"])
    if check["is"] == "nil" and found:
        yield f"{found} instead of nothing"
    if check["path"] == "r0.Name" and (not found or found.name != check["value"]):
        yield f"{found} instead of {check['value']}"


def _heredoc_line(case: Case, check: Case) -> Iterator[str]:
    found = [each.name for each in openings(case["input"])]
    if check["path"].startswith("r0["):
        index = int(check["path"][3])
        if len(found) <= index or found[index] != check["value"]:
            yield f"{found} instead of {check['value']}"
    elif len(case["expect"]) == 1 and found:
        yield f"{found} instead of nothing"


def _equal(found: Callable[[Case], Any]) -> Callable[[Case, Case], Iterator[str]]:
    """Compare what a function makes of the case with the value that the case expects."""

    def compare(case: Case, check: Case) -> Iterator[str]:
        if check.get("is") != "no_error" and (ours := found(case)) != check.get("value", []):
            yield f"{ours!r} instead of {check.get('value')!r}"

    return compare


def _regex(case: Case) -> str:
    greedy, anchored = case["args"]
    return regex_of(case["input"], greedy=greedy, anchored=anchored)


def _device(case: Case) -> Case:
    device = read_device(case["input"])
    return {"Name": device.name, "Required": device.required}


def _json_args(case: Case, check: Case) -> Iterator[str]:
    """One string for a shell, or the strings as they are: that is how RUN shows its two forms."""
    is_json = bool(case.get("args"))
    run = parse("RUN " + (json.dumps(case["input"]) if is_json else " ".join(case["input"]))).instructions[0]
    assert isinstance(run, Run)
    assert run.command
    found = [each.text for each in run.command.items] if isinstance(run.command, ExecForm) else [run.command.text]
    wanted = check["value"]
    ours = len(found) if check["path"] == "r0.#" else found[int(check["path"][3])]
    if ours != wanted:
        yield f"{check['path']} is {ours!r} instead of {wanted!r}"


def _key_value(case: Case, check: Case) -> Iterator[str]:
    run = parse(f"RUN --mount={case['input']} x").instructions[0]
    assert isinstance(run, Run)
    key = run.mounts[0].keys[0]
    found = key.name.text if check["path"] == "r0" else key.value.text if key.value else ""
    if found != check["value"]:
        yield f"{check['path']} is {found!r} instead of {check['value']!r}"


def _ports(case: Case) -> list[str]:
    words = case["input"] if isinstance(case["input"], list) else [case["input"]]
    spans = [read_ports(word) for word in words]
    return [f"{port}/{span.protocol}" for span in spans for port in range(span.first, span.last + 1)]


def _lookup(case: Case) -> Callable[[str], str | None]:
    return {name: value for name, _, value in (pair.partition("=") for pair in case["env"])}.get


def _word(case: Case) -> Iterator[str]:
    found = expansion(case["input"], _lookup(case))
    ours = list(found.words) if case["kind"] == "shell_words" else found.text
    wanted = case["result"] if "result" in case else case["expect"]
    if ours != wanted:
        yield f"{ours!r} instead of {wanted!r}"
    for name in ("matched", "unmatched"):
        if name in case and sorted(getattr(found, name)) != case[name]:
            yield f"{name} {sorted(getattr(found, name))} instead of {case[name]}"


def _json_array(case: Case) -> Iterator[str]:
    items = json_array(case["input"], 0, len(case["input"]))
    if items is None or [item.value for item in items] != case["expect"]:
        yield f"{items} instead of {case['expect']}"


_WORDS: dict[str, Callable[[Case], Iterator[str]]] = {
    "shell_word": _word,
    "shell_words": _word,
    "ProcessWord": _word,
    "ProcessWordWithMatches": _word,
    "json_array": _json_array,
}

_CHECKS: dict[str, Callable[[Case, Case], Iterator[str]]] = {
    "ast": _ast,
    "Parse": _parse,
    "ParseInstruction": _parse_instruction,
    "Dockerfile2LLB": _build,
    "DetectSyntax": _directive,
    "ParseDirective": _directive,
    "ParseAll": _parse_all,
    "parseNameVal": _name_val,
    "parseWords": _equal(lambda case: [word.text for word in split_words(case["input"], "\\")]),
    "ParseHeredoc": _heredoc_word,
    "heredocsFromLine": _heredoc_line,
    "convertShellPatternToRegex": _equal(_regex),
    "ParseDevice": _equal(_device),
    "parsePort": _equal(_ports),
    "parsePorts": _equal(_ports),
    "handleJSONArgs": _json_args,
    "parseKeyValue": _key_value,
}


def _refused(case: Case) -> Iterator[str]:
    """What is different about a case that BuildKit refuses."""
    if case.get("needs_build"):
        raise LeftOutError("needs a build: only running it shows the error")
    if "dockerfile" in case:
        yield from _refused_file(case)
        return
    attempt = _ATTEMPTS.get(case["kind"])
    if attempt is None:
        raise LeftOutError("a kind of case that this script does not know")
    try:
        found = attempt(case)
    except (ValueError, NotStringsError) as error:
        wanted = case.get("error_actual") or case["error"]
        if wanted and wanted not in str(error):
            yield f"refused in other words: {error} instead of {wanted}"
    else:
        if found is not None:
            yield f"not refused: {found!r}"


def _refused_file(case: Case) -> Iterator[str]:
    message = case["error_actual"] or case["oracle"]["error"] or case["error"] or ""
    if message.startswith("target stage"):
        raise LeftOutError("about the target that the command line names, not about the file")
    if message.startswith("circular dependency"):
        found = problems(build(parse(case["dockerfile"])))
        if [problem.message for problem in found] != [message]:
            yield f"refused in other words: {found} instead of {message}"
        return
    lines = case.get("error_lines") or [[line, line] for line in case.get("lines", [])]
    yield from _refusal(parse(case["dockerfile"]), message, lines or case["oracle"].get("error_lines"))


def _refused_pair(case: Case) -> None:
    _raise_problem(f"{case['args'][0]} {case['input']}")


def _refused_interval(case: Case) -> None:
    _raise_problem(f"HEALTHCHECK --{case['input']['name']}={case['input']['Value']} CMD x")


def _raise_problem(text: str) -> None:
    problems = parse(text).problems
    if not problems:
        raise AssertionError(f"not refused: {text}")
    raise ValueError(problems[0].message)


_ATTEMPTS: dict[str, Callable[[Case], Any]] = {
    "shell_word": lambda case: expansion(case["input"], _lookup(case)),
    "shell_words": lambda case: expansion(case["input"], _lookup(case)),
    "ProcessWord": lambda case: expansion(case["input"], _lookup(case)),
    "ProcessWordWithMatches": lambda case: expansion(case["input"], _lookup(case)),
    "json_array": lambda case: json_array(case["input"], 0, len(case["input"])),
    "ParseHeredoc": lambda case: opening(case["input"]),
    "convertShellPatternToRegex": _regex,
    "ParseDevice": _device,
    "parsePorts": _ports,
    "parseNameVal": _refused_pair,
    "parseOptInterval": _refused_interval,
}


if __name__ == "__main__":
    sys.exit(main())

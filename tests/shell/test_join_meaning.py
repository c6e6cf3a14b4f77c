"""Merged RUNs do what the RUNs did: both are run by real shells, and their status, output and files compared."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerwise.shell import Dialect, script_of
from layerwise.shell.join import Refusal, RunText, append_command, merge_runs, style_of
from layerwise.shell.tree import Script
from layerwise.syntax import parse
from layerwise.syntax.tree import Dockerfile, Instruction, Run, ShellForm
from layerwise.text import apply_edits

SHELLS = [shell for shell in ("sh", "bash") if shutil.which(shell)]

PLAIN = [
    "echo a",
    "echo a && echo b > f",
    "false",
    "echo a && false && echo b",
    "false || echo saved",
    "false || false",
    "echo a || echo b && echo c",
    "echo a; echo b",
    "false; echo on",
    "echo on; false",
    "echo on;",
    "! true",
    "! false",
    "echo x | grep x",
    "false | cat",
    "cd sub && pwd | sed 's|.*/||' && echo here > g",
    "cd sub; touch in_sub",
    "ls | sort && pwd | sed 's|.*/||'",
    "export A=1 && echo $A",
    "A=2; echo ${A}",
    'echo "<$A>" && echo ${B:-none}',
    "unset HOME; echo ${HOME-unset}",
    "set -e; echo one; echo two",
    "set -e; echo one; false; echo two",
    "set -e; { echo one; false; echo two; }",
    "set -e; true && false; echo reached",
    "set -e; if true; then false; echo no; fi; echo end",
    "set -ex; cd sub; touch deep",
    "set -eu; echo ${MISSING:-fine}; echo ok",
    "set -u; echo start; echo ${C:-d}",
    "echo $D$E",
    "set -e && echo a && echo b",
    "set -e; echo a && true",
    "set -e; echo a || exit 3; echo b",
    "echo mid; set -e; false; echo never",
    "(set -e; false; echo in); echo out",
    "(cd sub && touch par)",
    "{ echo g; false; } || echo h",
    "if test -f f; then cat f; else echo nof; fi",
    "if false; then echo x; fi",
    "for i in 1 2; do echo $i; done",
    "for i in 1 2; do test $i = 1 || false; done",
    'echo "[$i]"',
    "case a in a) echo A;; *) echo B;; esac",
    "while read l; do echo $l; done < list",
    "cat list | while read l; do echo got $l; done",
    "exit 0",
    "exit 3",
    "echo a; exit; echo b",
    "test -f nofile || exit 0",
    "exec echo replaced",
    "trap 'echo bye' EXIT; echo hi",
    "umask 077; touch private; ls -l private | cut -c1-10",
    "touch public; ls -l public | cut -c1-10",
    "f() { echo in f; }; f",
    "f 2>/dev/null || echo nof",
    ". ./lib.sh; echo $LIB; greet",
    ". ./lib.sh && greet",
    "eval 'X=5'; echo $X",
    'echo "<$X>"',
    "set -- p q; echo $1",
    'echo "<$1>"',
    "exec > log; echo logged",
    "echo $(false; echo sub)",
    "echo ${Y:=9} && echo $Y",
    'echo "<$Y>"',
    "readonly R=1; echo $R",
    "sh -c 'cd sub; touch nested' && echo done",
    "sh -ec 'false; echo no' || echo caught",
    "echo '# no comment' # a comment",
    "echo a > multi && \\\n    cat multi && \\\n    rm multi",
    "echo a > multi \\\n  # note\n  && cat multi",
    "set -ex; \\\n\techo one; \\\n\techo two > two; \\\n\tcat two",
    "set -eux; \\\n\tcat two 2>/dev/null || true; \\\n\techo three",
    "cat <<EOF > data && cat data\nbody $((1 + 1))\nEOF",
    "cat <<'EOF' > data; false\nbody\nEOF",
    "cat <<-A <<B && echo end\n\ta\n\tA\nb\nB",
    "<<EOF\necho h1\nfalse\necho h2\nEOF",
    "<<EOF\nset -e\necho h1\nfalse\necho h2\nEOF",
    "<<EOF\nset -e\necho h1\necho h2 > h\nEOF",
    "<<END\ncd sub\nexport A=7\necho in heredoc $A\nEND",
    "<<EOF\necho only && pwd | sed 's|.*/||'\nEOF",
    "<<EOF\ncat <<X > data2\nEOF data\nX\ncat data2\nEOF",
    "<<EOF\necho last\nfalse\nEOF",
]
BASH = [
    "set -o pipefail; false | cat; echo after",
    "set -o pipefail && false | cat",
    "set -o pipefail && echo x | cat",
    "set -eo pipefail; echo a | cat; echo b",
    "shopt -s nullglob; echo none*",
    "echo none*",
    "[[ -f f ]] && echo f || echo nof",
    "(( n = 1 )); echo $n",
    'echo "<$n>"',
    "printf -v v x; echo $v",
    "arr=(a b); echo ${arr[1]}",
    "pushd sub > /dev/null; touch pushed; popd > /dev/null",
    "echo {a,b}",
]
BACKGROUND = ["sleep 0.01 & wait", "echo a & wait; echo b"]


class Outcome(NamedTuple):
    failed: bool
    output: str
    files: tuple[tuple[str, str], ...]


def runs_of(dockerfile: Dockerfile, shell: str) -> list[RunText]:
    text = dockerfile.text
    dialect = Dialect.BASH if shell == "bash" else Dialect.SH
    return [
        RunText(run, script, lambda span: span.of(text), dockerfile.escape)
        for run in dockerfile.instructions
        if isinstance(run, Run) and isinstance(script := script_of(run, dialect, dockerfile.escape), Script)
    ]


def given_to_shell(run: Instruction) -> str:
    """The script as BuildKit's ``dispatchRun`` makes it."""
    assert isinstance(run, Run)
    assert isinstance(run.command, ShellForm)
    if len(run.heredocs) == 1 and run.heredocs[0].span == run.command.span:
        return run.heredocs[0].text
    return "".join((run.command.text, *(f"\n{heredoc.text}{heredoc.delimiter}" for heredoc in run.heredocs)))


@lru_cache(maxsize=4096)
def outcome(scripts: tuple[str, ...], shell: tuple[str, ...]) -> Outcome:
    """Each script in a shell of its own, up to the first that fails."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "work"
        (root / "sub").mkdir(parents=True)
        (root / "list").write_text("l1\nl2\n")
        (root / "lib.sh").write_text("LIB=lib\ngreet() { echo greetings; }\n")
        output = ""
        failed = False
        for script in scripts:
            done = subprocess.run(
                [*shell, script],
                cwd=root,
                capture_output=True,
                text=True,
                timeout=20,
                env={"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LC_ALL": "C"},
                check=False,
            )
            output += done.stdout
            failed = done.returncode != 0
            if failed:
                break
        files = tuple(
            (str(path.relative_to(root)), path.read_text()) for path in sorted(root.rglob("*")) if path.is_file()
        )
        return Outcome(failed, output, files)


def merged(text: str, shell: tuple[str, ...]) -> str | Refusal:
    runs = runs_of(parse(text), shell[0])
    runs = [RunText(r.instruction, r.script, r.characters, r.escape, shell) for r in runs]
    edits = merge_runs(runs, style_of(runs))
    return edits if isinstance(edits, Refusal) else apply_edits(text, edits)


def check(bodies: tuple[str, ...], shell: tuple[str, ...]) -> Refusal | None:
    text = "FROM x\n" + "".join(f"RUN {body}\n" for body in bodies)
    result = merged(text, shell)
    if isinstance(result, Refusal):
        return result
    after = parse(result)
    assert not after.problems, result
    assert len(after.instructions) == 2, result
    before = tuple(given_to_shell(run) for run in parse(text).instructions[1:])
    now = (given_to_shell(after.instructions[1]),)
    expected, actual = outcome(before, shell), outcome(now, shell)
    if expected.failed:
        assert actual.failed, result
        assert expected.output == actual.output, result
    else:
        assert expected == actual, result
    assert set(_comments(text)) <= set(_comments(result)), result
    return None


def _comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


PROBES = (
    'echo "<$A$X$Y$n>" && touch here && echo here',
    'echo "<$A>"; false; echo on',
    "set -eu; echo one; cat list | sort",
    "<<EOF\nfalse\necho h2\nEOF",
)
"""Scripts that notice what an earlier one has left behind, each in its own way."""
WITH_OPTIONS = [("sh", "-ec"), ("bash", "-euo", "pipefail", "-c")]


@pytest.mark.parametrize(
    ("shell", "script"),
    [(("sh", "-c"), script) for script in PLAIN]
    + [(("bash", "-c"), script) for script in PLAIN[::4] if "bash" in SHELLS],
)
def test_two_runs_become_one_that_does_the_same(script: str, shell: tuple[str, ...]) -> None:
    for probe in PROBES:
        check((script, probe), shell)
        check((probe, script), shell)


@pytest.mark.skipif("bash" not in SHELLS, reason="there is no bash")
@pytest.mark.parametrize("script", BASH)
def test_what_only_bash_knows(script: str) -> None:
    for probe in (*PROBES, "echo none* {a,b}; false | cat"):
        check((script, probe), ("bash", "-c"))
        check((probe, script), ("bash", "-c"))


@pytest.mark.parametrize("shell", [shell for shell in WITH_OPTIONS if shell[0] in SHELLS], ids=" ".join)
@pytest.mark.parametrize("script", PLAIN[::3])
def test_a_shell_with_options_keeps_them(script: str, shell: tuple[str, ...]) -> None:
    check((script, PROBES[0]), shell)
    check((PROBES[1], script), shell)


SIMPLE = st.sampled_from(
    [
        "echo a",
        "false",
        "true",
        "touch t",
        "cd sub",
        "export A=1",
        'echo "<$A>"',
        "ls | sort",
        "exit 3",
        "set -e",
        "! true",
    ]
)


def _lists(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} && {}".format, inner, inner),
        st.builds("{} || {}".format, inner, inner),
        st.builds("{{ {}; }}".format, inner),
        st.builds("( {} )".format, inner),
        st.builds("if {}; then {}; fi".format, inner, inner),
        st.builds("for v in 1 2; do {}; done".format, inner),
    )


LIST = st.recursive(SIMPLE, _lists, max_leaves=4)
SCRIPT = st.lists(LIST, min_size=1, max_size=3).flatmap(
    lambda lines: st.sampled_from(
        ["; ".join(lines), "set -e; " + "; ".join(lines), "<<EOF\n" + "\n".join(lines) + "\nEOF"]
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.lists(st.one_of(SCRIPT, st.sampled_from(PLAIN)), min_size=2, max_size=3))
def test_any_scripts_become_one_that_does_the_same(scripts: list[str]) -> None:
    check(tuple(scripts), ("sh", "-c"))


@pytest.mark.parametrize("script", BACKGROUND)
def test_a_background_job_would_outlive_its_run(script: str) -> None:
    reason = check((script, "echo b"), ("sh", "-c"))
    assert reason is not None
    assert "background" in reason.reason
    assert check(("echo b", script), ("sh", "-c")) is None


@pytest.mark.parametrize("script", PLAIN)
def test_an_appended_command_runs_if_and_only_if_all_went_well(script: str) -> None:
    check_append(script, ("sh", "-c"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(SCRIPT)
def test_a_command_appended_to_any_script_runs_if_and_only_if_all_went_well(script: str) -> None:
    check_append(script, ("sh", "-c"))
    check_append(script, ("sh", "-ec"))


def check_append(script: str, shell: tuple[str, ...]) -> None:
    text = f"FROM x\nRUN {script}\n"
    (run,) = runs_of(parse(text), shell[0])
    run = RunText(run.instruction, run.script, run.characters, run.escape, shell)
    edit = append_command(run, "touch appended")
    if edit is None:
        return
    result = apply_edits(text, [edit])
    before = outcome((given_to_shell(run.instruction),), shell)
    after = outcome((given_to_shell(parse(result).instructions[1]),), shell)
    assert (after.failed, after.output) == (before.failed, before.output), result
    is_new = [path.rpartition("/")[2] == "appended" for path, _ in after.files]
    assert sum(is_new) == (not before.failed), result
    assert before.files == tuple(file for file, new in zip(after.files, is_new, strict=True) if not new), result


def test_most_of_the_table_can_be_merged() -> None:
    """Refusing would be safe, and useless."""
    pairs = list(itertools.product(PLAIN, PROBES))
    refused = [pair for pair in pairs if isinstance(_merge_only(pair), Refusal)]
    assert len(refused) < len(pairs) / 20


def _merge_only(bodies: tuple[str, ...]) -> str | Refusal:
    return merged("FROM x\n" + "".join(f"RUN {body}\n" for body in bodies), ("sh", "-c"))

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
from layerwise.shell.join import Refusal, RunText, merge_runs, style_of
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
    "echo \"[$i]\"",
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
    "echo \"<$X>\"",
    "set -- p q; echo $1",
    "echo \"<$1>\"",
    "exec > log; echo logged",
    "echo $(false; echo sub)",
    "echo ${Y:=9} && echo $Y",
    "echo \"<$Y>\"",
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
    "echo \"<$n>\"",
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
    assert sorted(_comments(text)) == sorted(_comments(result)), result
    return None


def _comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


if __name__ == "__main__":
    import sys
    import time

    t0 = time.time()
    refused: dict[str, list[tuple[str, ...]]] = {}
    bad = n = 0
    limit = float(sys.argv[1])
    shells = [("sh", "-c"), ("bash", "-c"), ("sh", "-ec"), ("bash", "-o", "pipefail", "-c"), ("bash", "-euo", "pipefail", "-c")]
    for shell in shells[: int(sys.argv[2])]:
        table = PLAIN + (BASH if shell[0] == "bash" else [])
        for pair in itertools.product(table, table):
            if time.time() - t0 > limit:
                break
            n += 1
            try:
                reason = check(pair, shell)
            except AssertionError as error:
                bad += 1
                if bad < 12:
                    print("=====", shell, pair)
                    print(str(error)[:900])
                continue
            if reason:
                refused.setdefault(reason.reason, []).append(pair)
    print(n, "pairs", bad, "bad", time.time() - t0)
    for reason, pairs in refused.items():
        print(len(pairs), reason, pairs[0])

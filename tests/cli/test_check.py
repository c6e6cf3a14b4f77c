"""The command ``check``: what it reads, what it says, and how it ends."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from layerwise.cli import check as checking
from layerwise.cli import running
from layerwise.engine import RULES

from .conftest import CLEAN, WARNED, Command

Write = Callable[[dict[str, str | bytes]], None]
MAINTAINER = "build/deprecated-maintainer"


def test_every_file_stands_in_the_output_in_a_fixed_order(layerwise: Command, write: Write) -> None:
    write({"b/Dockerfile": WARNED, "a/Dockerfile": CLEAN, "Dockerfile": CLEAN, "a.Dockerfile": WARNED})
    result = layerwise("check", "--output-format", "json")
    assert result.status == 1
    assert list(result.rules().items()) == [
        ("Dockerfile", []),
        ("a.Dockerfile", [MAINTAINER]),
        ("a/Dockerfile", []),
        ("b/Dockerfile", [MAINTAINER]),
    ]
    assert result.err == ""


@pytest.mark.parametrize("format_name", ["json", "text", "sarif", "github"])
def test_several_processes_write_the_same(format_name: str, layerwise: Command, write: Write) -> None:
    write({f"{number:02}/Dockerfile": WARNED if number % 3 else CLEAN for number in range(20)})
    write({"07/layerwise.toml": "profil = 1\n", "08/Dockerfile": b"\xff"})
    alone = layerwise("check", "--output-format", format_name, "--jobs", "1")
    shared = layerwise("check", "--output-format", format_name, "--jobs", "3")
    assert alone == shared
    assert alone.out.count("MAINTAINER") or alone.out.count("maintainer")


class TestExitStatus:
    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ([], 1),
            (["--fail-on", "error"], 0),
            (["--fail-on", "warning"], 1),
            (["--fail-on", "hint"], 1),
            (["--fail-on", "never"], 0),
            (["--ignore", MAINTAINER], 0),
            (["--ignore", "MaintainerDeprecated"], 0),
            (["--severity", f"{MAINTAINER}=hint"], 0),
            (["--severity", f"{MAINTAINER}=hint", "--fail-on", "hint"], 1),
            (["--severity", "DL4000=error", "--fail-on", "error"], 1),
            (["--select", "pin"], 0),
            (["--select", "pin", "--extend-select", "DL4000"], 1),
        ],
    )
    def test_it_follows_the_gravest_finding(
        self, options: list[str], expected: int, layerwise: Command, write: Write
    ) -> None:
        write({"Dockerfile": WARNED})
        assert layerwise("check", *options).status == expected

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["chek"],
            ["check", "--nonsense"],
            ["check", "--output-format", "xml"],
            ["check", "--fail-on", "all"],
            ["check", "--jobs", "none"],
            ["check", "--select", "no-such-rule"],
            ["check", "--severity", "pin"],
            ["check", "--severity", "pin=loud"],
            ["check", "--profile", "mine"],
            ["check", "Dockerfile", "--stdin-filename", "x"],
            ["rule", "no-such-rule"],
            ["rule"],
        ],
    )
    def test_wrong_use(self, arguments: list[str], layerwise: Command, write: Write) -> None:
        write({"Dockerfile": CLEAN})
        result = layerwise(*arguments)
        assert result.status == 2
        assert result.out == ""
        assert "layerwise" in result.err

    def test_paths_may_stand_before_and_after_options(self, layerwise: Command, write: Write) -> None:
        write({"a.Dockerfile": CLEAN, "b.Dockerfile": CLEAN})
        result = layerwise("check", "a.Dockerfile", "--output-format", "json", "b.Dockerfile")
        assert list(result.rules()) == ["a.Dockerfile", "b.Dockerfile"]


class TestUnreadable:
    CASES = (
        ("missing", "no such file or folder"),
        ("empty", "there is no Dockerfile in this folder"),
        ("latin.Dockerfile", "is not UTF-8: byte 0xe9 in line 2; a builder reads only UTF-8"),
        ("wide.Dockerfile", "is UTF-16, and a builder reads only UTF-8; save it as UTF-8"),
    )

    @pytest.mark.parametrize(("path", "message"), CASES)
    @pytest.mark.parametrize("command", ["check", "fix"])
    def test_the_others_are_still_checked(
        self, command: str, path: str, message: str, layerwise: Command, write: Write, folder: Path
    ) -> None:
        write({"good/Dockerfile": WARNED, "latin.Dockerfile": b"FROM a\n# \xe9\n"})
        write({"wide.Dockerfile": CLEAN.encode("utf-16")})
        (folder / "empty").mkdir()
        result = layerwise(command, path, "good")
        assert result.status == 2
        assert f"error: {path}: {message}" in result.err
        assert MAINTAINER in result.out
        assert "1 path could not be checked." in result.out

    def test_a_file_without_permission(self, layerwise: Command, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        write({"Dockerfile": CLEAN})

        def refuse(path: str) -> bytes:
            raise running.UnreadableError("permission denied")

        monkeypatch.setattr(running, "read_source", refuse)
        result = layerwise("check", "Dockerfile")
        assert (result.status, result.err) == (2, "error: Dockerfile: permission denied\n")

    def test_a_rule_that_fails_is_not_taken_for_a_clean_file(
        self, layerwise: Command, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(node: object, context: object) -> None:
            raise RuntimeError("no idea")

        monkeypatch.setitem(vars(RULES[MAINTAINER]), "check", fail)
        write({"Dockerfile": WARNED})
        result = layerwise("check", "--isolated")
        assert result.status == 2
        assert re.search(f"Dockerfile: {MAINTAINER} failed in line \\d with RuntimeError: no idea", result.err)

    def test_a_bug_in_one_file_leaves_the_others_alone(
        self, layerwise: Command, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write({"a/Dockerfile": WARNED, "b/Dockerfile": WARNED})
        analyse = checking.analyse

        def fail_once(text: str, *, path: str, **options: object) -> object:
            if path.endswith("a/Dockerfile"):
                raise RuntimeError("no idea")
            return analyse(text, path=path, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(checking, "analyse", fail_once)
        result = layerwise("check", "--output-format", "json")
        assert (result.status, result.rules()) == (2, {"b/Dockerfile": [MAINTAINER]})
        assert re.match(r"error: a/Dockerfile: RuntimeError in test_check.py:\d+: no idea; this is a bug", result.err)


class TestStandardInput:
    def test_it_has_no_name_and_no_settings(self, layerwise: Command, write: Write) -> None:
        write({"layerwise.toml": f'ignore = ["{MAINTAINER}"]\n'})
        result = layerwise("check", "-", "--output-format", "json", stdin=WARNED.encode())
        assert (result.status, result.rules()) == (1, {"-": [MAINTAINER]})

    @pytest.mark.parametrize("paths", [[], ["-"]])
    def test_its_name_brings_the_settings_of_its_place(
        self, paths: list[str], layerwise: Command, write: Write
    ) -> None:
        write({"api/layerwise.toml": f'ignore = ["{MAINTAINER}"]\n'})
        name = ["--stdin-filename", "api/Dockerfile"]
        result = layerwise("check", *paths, *name, "--output-format", "json", stdin=WARNED.encode())
        assert (result.status, result.rules()) == (0, {"api/Dockerfile": []})

    def test_it_stands_beside_files(self, layerwise: Command, write: Write) -> None:
        write({"Dockerfile": CLEAN})
        result = layerwise("check", "Dockerfile", "-", "--output-format", "json", stdin=WARNED.encode())
        assert result.rules() == {"Dockerfile": [], "-": [MAINTAINER]}

    def test_bytes_that_are_no_text(self, layerwise: Command) -> None:
        result = layerwise("check", "-", stdin=b"FROM a\xff")
        assert (result.status, result.err.partition(": byte")[0]) == (2, "error: -: is not UTF-8")


class TestSettings:
    def test_the_command_line_has_the_last_word(self, layerwise: Command, write: Write) -> None:
        write({"Dockerfile": WARNED, "layerwise.toml": f'ignore = ["{MAINTAINER}"]\n'})
        assert layerwise("check").status == 0
        assert layerwise("check", "--severity", "DL4000=error", "--fail-on", "error").status == 1
        assert layerwise("check", "--isolated").status == 1

    def test_each_file_has_those_of_its_folder(self, layerwise: Command, write: Write) -> None:
        write({"a/Dockerfile": WARNED, "b/c/Dockerfile": WARNED, "b/layerwise.toml": f'ignore = ["{MAINTAINER}"]\n'})
        assert layerwise("check", "--output-format", "json").rules() == {
            "a/Dockerfile": [MAINTAINER],
            "b/c/Dockerfile": [],
        }

    def test_a_mistake_is_shown_once_at_its_line_and_the_rest_applies(self, layerwise: Command, write: Write) -> None:
        write({"a/Dockerfile": WARNED, "b/Dockerfile": WARNED})
        write({"layerwise.toml": f'ignore = ["{MAINTAINER}"]\nprofil = "all"\n'})
        result = layerwise("check", "--output-format", "json")
        assert result.status == 2
        assert result.rules() == {"a/Dockerfile": [], "b/Dockerfile": []}
        assert result.err.count("error[settings]: unknown setting `profil`") == 1
        assert " --> layerwise.toml:2:1\n" in result.err
        assert '2 | profil = "all"\n  | ^^^^^^' in result.err

    def test_a_search_leaves_out_what_they_exclude(self, layerwise: Command, write: Write) -> None:
        write({"a/Dockerfile": CLEAN, "old/x/Dockerfile": CLEAN, "layerwise.toml": 'exclude = ["old"]\n'})
        assert list(layerwise("check", "--output-format", "json").rules()) == ["a/Dockerfile"]
        assert list(layerwise("check", "old/x/Dockerfile", "--output-format", "json").rules()) == ["old/x/Dockerfile"]
        assert list(layerwise("check", "--isolated", "--output-format", "json").rules()) == [
            "a/Dockerfile",
            "old/x/Dockerfile",
        ]


def test_positions_count_code_points_and_no_byte_order_mark(layerwise: Command, write: Write) -> None:
    write(
        {
            "Dockerfile": b"\xef\xbb\xbf"
            + "MAINTAINER 🚀é\r\nFROM a:1\r\nRUN 日本 \\\r\n  🚀\r\nMAINTAINER x\r\n".encode()
        }
    )
    result = layerwise("check", "--select", MAINTAINER, "--output-format", "json")
    places = [(each["start"]["line"], each["start"]["column"]) for each in result.json["files"][0]["findings"]]
    assert places[-1] == (5, 1)


def test_the_json_is_as_its_schema_says(layerwise: Command, write: Write) -> None:
    write({"Dockerfile": "FROM python\nMAINTAINER a\nCOPY . .\nRUN pip install -r requirements.txt\nCMD x $y\nRUM z\n"})
    schema = json.loads((Path(__file__).parents[2] / "docs/json-output.schema.json").read_text())
    jsonschema.validate(layerwise("check", "--output-format", "json", "--profile", "all").json, schema)


def test_colour_is_for_terminals(layerwise: Command, write: Write) -> None:
    write({"Dockerfile": WARNED})
    assert "\x1b[" not in layerwise("check").out
    assert "\x1b[33;1mwarning" in layerwise("check", "--color", "always").out


def test_quiet_leaves_the_summary_out(layerwise: Command, write: Write) -> None:
    write({"Dockerfile": WARNED})
    assert "Found 1 problem in 1 of 1 file: 1 warning." in layerwise("check").out
    assert "Found" not in layerwise("check", "--quiet").out


def run(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "layerwise", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload]


def test_the_real_command(folder: Path, write: Write) -> None:
    write({f"{number:02}/Dockerfile": WARNED for number in range(12)})
    process = run("check", "--jobs", "2", "--output-format", "github")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, b"")
    assert [line.partition(b",")[0] for line in out.splitlines()] == [
        b"::warning file=%02d/Dockerfile" % number for number in range(12)
    ]


def test_nobody_reads_the_output(folder: Path, write: Write) -> None:
    write({"Dockerfile": "FROM a:1\n" + "MAINTAINER a\n" * 3000})
    process = run("check")
    assert process.stdout
    assert process.stderr
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(60) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


def test_the_language_server_is_not_imported_for_checking() -> None:
    code = (
        "import sys; from layerwise.cli.main import main; main(['check', '-', '--stdin-filename', 'Dockerfile']);"
        "print([name for name in ('pygls', 'lsprotocol', 'rich', 'asyncio', 'importlib.metadata', 'pathspec',"
        " 'multiprocessing', 'subprocess') if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", code], input=CLEAN.encode(), capture_output=True, check=True).stdout
    assert output.splitlines()[-1] == b"[]"

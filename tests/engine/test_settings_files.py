"""Settings: which file counts, what it says, and what is wrong with it at which place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from layerwise.engine import Loaded, Settings, load_settings, read_settings, settings_from_editor
from layerwise.engine.globs import path_matches
from layerwise.lint import Severity


class Folder:
    """Files in a dict, counting what is read."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def list(self, path: str) -> Iterable[tuple[str, bool]]:
        return ()

    def size(self, path: str) -> int:
        return len(self.files.get(path, ""))


def loaded(files: Mapping[str, str], path: str = "/site/app/Dockerfile", **more: Any) -> Loaded:
    return load_settings(path, Folder(files), **more)


def test_the_nearest_file_counts() -> None:
    near, far = "/site/app/layerwise.toml", "/site/layerwise.toml"
    assert loaded({near: "", far: ""}).path == near
    assert loaded({far: ""}).path == far
    assert loaded({"/layerwise.toml": ""}).path == "/layerwise.toml"
    assert loaded({}).path is None
    assert loaded({near: ""}, path="/site/app").path == near


def test_a_pyproject_counts_only_with_a_table_for_us() -> None:
    ours, other = "[tool.layerwise]\nprofile = 'all'\n", "[tool.ruff]\nline-length = 120\n# layerwise\n"
    assert loaded({"/site/app/pyproject.toml": ours}).settings.profile == "all"
    assert loaded({"/site/app/pyproject.toml": other, "/site/layerwise.toml": ""}).path == "/site/layerwise.toml"
    both = loaded({"/site/app/pyproject.toml": ours, "/site/app/layerwise.toml": "profile = 'buildkit'"})
    assert both.settings.profile == "buildkit"


def test_a_broken_pyproject_that_names_us_is_reported() -> None:
    found = loaded({"/site/app/pyproject.toml": "[tool.layerwise]\nprofile = \n"})
    assert [problem.message for problem in found.problems] == ["not valid TOML: invalid value"]


def test_the_editor_comes_on_top_of_the_file() -> None:
    file = {
        "/site/layerwise.toml": "profile = 'all'\nignore = ['DL3059']\n[build]\ntarget = 'prod'\nargs = {A = '1', B = '1'}"
    }
    settings = loaded(
        file, editor={"profile": "hadolint", "build": {"args": {"A": "2"}}, "interpreter": ["python"]}
    ).settings
    assert [each.profile for each in settings.chain()] == ["all", "hadolint"]
    assert settings.target == "prod"
    assert settings.args == {"A": "2", "B": "1"}


def test_what_an_editor_leaves_empty_is_not_set() -> None:
    settings, mistakes = settings_from_editor(
        {"profile": None, "select": [], "extendSelect": ["build"], "rules": {}}, None
    )
    assert settings == Settings(extend_select=("build",))
    assert not mistakes


def test_a_mistake_in_the_editor_names_the_setting() -> None:
    problems = loaded({}, editor={"profile": "al"}).problems
    assert [(problem.path, problem.message.partition(";")[0]) for problem in problems] == [
        (None, "`layerwise.profile`: unknown profile `al`")
    ]


WRONG = [
    ("profile = 'al'", "'al'", "unknown profile `al`; did you mean `all`?"),
    ("profile = 3", "3", "unknown profile `3`"),
    ("profil = 'all'", "profil", "unknown setting `profil`; did you mean `profile`?"),
    ("ignore = ['size', 'build/deprecated-maintaner']", "'build/deprecated-maintaner'", "unknown rule"),
    ("ignore = 'size'", "'size'", "an array of strings is expected, not a string"),
    ("ignore = [1]", "1", "a string is expected, not an integer"),
    ("[rules]\n'pin/untagged-image' = 'loud'", "'loud'", "unknown severity `loud`"),
    ("[rules]\n'pin/untaged-image' = 'off'", "'pin/untaged-image'", "unknown rule `pin/untaged-image`; did you mean"),
    ("[rules.'pin/untagged-image']\nbogus = 1", "bogus", "`pin/untagged-image` has no option `bogus`"),
    ("rules = 1", "1", "a table of rules is expected, not an integer"),
    ("[[overrides]]\nprofile = 'all'", "overrides", "an override needs `paths`"),
    ("[[overrides]]\npaths = ['a']\nselekt = []", "selekt", "unknown setting `selekt`; did you mean `select`?"),
    ("overrides = {}", "{}", "an array of tables is expected, not a table"),
    ("build = 1", "1", "a table is expected, not an integer"),
    ("[build]\nargs = { A = 1 }", "1", "a string is expected, not an integer"),
    ("[build]\ncontext = true", "true", "a string is expected, not a boolean"),
    ("profile 'all'", "'all'", "not valid TOML: expected '=' after a key"),
    ("profile = 'all'\nprofile = 'all'", "", "not valid TOML: cannot overwrite a value"),
]


@pytest.mark.parametrize(("line_end", "table"), [("\n", ""), ("\r\n", ""), ("\n", "\ufeff")], ids=["lf", "crlf", "bom"])
@pytest.mark.parametrize(("source", "marked", "message"), WRONG, ids=[each[2][:40] for each in WRONG])
def test_a_mistake_is_reported_at_its_place_and_the_rest_applies(
    source: str, marked: str, message: str, line_end: str, table: str
) -> None:
    text = table + f"exclude = ['vendor']\n{source}\n".replace("\n", line_end)
    found = read_settings("/site/layerwise.toml", text)
    assert len(found.problems) == 1
    problem = found.problems[0]
    assert problem.message.startswith(message)
    assert problem.span.of(problem.text) == marked
    assert problem.path == "/site/layerwise.toml"
    if "TOML" not in message:
        assert found.settings.exclude == ("vendor",)


def test_a_mistake_in_a_pyproject_is_found_in_our_table() -> None:
    text = "[tool.ruff]\nprofile = 1\n[tool.layerwise]\nprofile = 2\n"
    (problem,) = read_settings("/site/pyproject.toml", text).problems
    assert problem.span.start == text.index("2")


def test_ids_that_only_other_tools_have_are_no_mistake() -> None:
    assert not read_settings(
        "/layerwise.toml", "ignore = ['DL4006', 'SC2086', 'SC*', 'CIS-DI-0001', 'UndefinedVar']"
    ).problems


def test_everything_at_once() -> None:
    text = """
    profile = "all"
    select = ["build", "DL3006"]
    extend-select = ["pin"]
    ignore = ["*"]
    exclude = ["vendor/**"]
    [rules]
    DL4000 = "error"
    "pin/untagged-image" = { severity = "hint" }
    [build]
    context = "../app"
    target = "prod"
    args = { VERSION = "1" }
    [[overrides]]
    paths = ["dev/*"]
    profile = "hadolint"
    """
    found = read_settings("/site/docker/layerwise.toml", text)
    settings = found.settings
    assert not found.problems
    assert settings.select == ("build", "DL3006")
    assert dict(settings.rules)["DL4000"].severity is Severity.ERROR
    assert dict(settings.rules)["pin/untagged-image"].severity is Severity.HINT
    assert settings.context == "/site/app"
    assert settings.target == "prod"
    assert settings.args == {"VERSION": "1"}
    assert settings.overrides[0].paths == ("dev/*",)
    assert settings.excludes("/site/docker/vendor/x/Dockerfile")
    assert not settings.excludes("/site/docker/src/Dockerfile")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("Dockerfile", "/r/a/b/Dockerfile", True),
        ("*.dev.Dockerfile", "/r/x.dev.Dockerfile", True),
        ("*.dev.Dockerfile", "/r/a/x.dev.Dockerfile", True),
        ("legacy", "/r/legacy/Dockerfile", True),
        ("legacy/**", "/r/legacy/a/Dockerfile", True),
        ("legacy/*", "/r/legacy/Dockerfile", True),
        ("legacy/*", "/r/a/legacy/Dockerfile", False),
        ("a/**/Dockerfile", "/r/a/Dockerfile", True),
        ("a/**/Dockerfile", "/r/a/b/c/Dockerfile", True),
        ("**/b/Dockerfile", "/r/b/Dockerfile", True),
        ("a?c", "/r/abc", True),
        ("a[!b]c", "/r/abc", False),
        ("a[b-d]c", "/r/acc", True),
        ("./a/Dockerfile", "/r/a/Dockerfile", True),
        ("/a/Dockerfile", "/r/a/Dockerfile", True),
        ("a/Dockerfile", "/elsewhere/a/Dockerfile", False),
        ("a.c", "/r/abc", False),
    ],
)
def test_patterns(pattern: str, path: str, *, matches: bool) -> None:
    assert path_matches(pattern, path, "/r") is matches

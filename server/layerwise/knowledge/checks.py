"""Commands that only check a project: tests, linters, type checkers. What they print is all that is wanted of them.

Whether a command is in a place where that matters is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOTHING: frozenset[str] = frozenset()


class Check(Struct, frozen=True):
    """How a program checks.

    ``first`` is what its first operand must be one of, if there are any; ``all_of`` what all of its operands must be,
    one of them at least in ``first``. ``wanted`` are options without which it changes files rather than check them,
    ``unwanted`` those with which it does something else. ``valued`` are options whose value is the next word.
    """

    first: frozenset[str] = _NOTHING
    all_of: frozenset[str] = _NOTHING
    wanted: frozenset[str] = _NOTHING
    unwanted: frozenset[str] = _NOTHING
    valued: frozenset[str] = _NOTHING


_FIXING = _words("--fix --fix-only --write --auto-correct --autocorrect --autocorrect-all")
_PLAIN = Check(unwanted=_FIXING)
_MAVEN_CHECKS = _words("test surefire:test checkstyle:check spotbugs:check pmd:check spotless:check license:check")
_MAVEN = Check(
    first=_MAVEN_CHECKS,
    all_of=_MAVEN_CHECKS | {"clean"},
    unwanted=_words("-DskipTests -DskipTests=true -Dmaven.test.skip -Dmaven.test.skip=true"),
    valued=_words("-f --file -s --settings -P --activate-profiles -pl --projects -T --threads -l --log-file -gs"),
)
_GRADLE_CHECKS = _words("test check lint ktlintCheck detekt spotlessCheck integrationTest checkstyleMain")
_GRADLE = Check(
    first=_GRADLE_CHECKS,
    all_of=_GRADLE_CHECKS | {"clean"},
    valued=_words(
        "-x --exclude-task -p --project-dir -b --build-file -g --gradle-user-home -c --settings-file --tests"
    ),
)
_MAKE_TARGETS = _words("test tests check lint vet unit unittest unittests unit-test unit-tests test-unit typecheck")
_MAKE = Check(
    first=_MAKE_TARGETS,
    all_of=_MAKE_TARGETS,
    unwanted=_words("-n --dry-run"),
    valued=_words("-C --directory -f --file --makefile -I -o -W"),
)
_PHP_SCRIPTS = _words("test tests phpunit phpstan psalm phpcs lint analyse analyze")

CHECKS: Mapping[str, tuple[Check, ...]] = {
    **dict.fromkeys(
        (
            *("pytest", "py.test", "tox", "nox", "flake8", "pylint", "mypy", "pyright", "nosetests", "nose2", "bandit"),
            *("pycodestyle", "pyflakes", "jest", "vitest", "mocha", "ava", "eslint", "stylelint", "tslint", "standard"),
            *("rspec", "cucumber", "brakeman", "phpunit", "pest", "phpstan", "psalm", "phpcs", "phpmd"),
            *("golangci-lint", "staticcheck", "golint", "gosec", "shellcheck", "yamllint", "ansible-lint", "ctest"),
        ),
        (_PLAIN,),
    ),
    "rubocop": (Check(unwanted=_FIXING | _words("-a -A -x")),),
    "cypress": (Check(first=_words("run")),),
    "playwright": (Check(first=_words("test")),),
    "tsc": (Check(wanted=_words("--noEmit")),),
    "vue-tsc": (Check(wanted=_words("--noEmit")),),
    "prettier": (Check(wanted=_words("--check -c -l --list-different"), unwanted=_FIXING | _words("-w")),),
    "black": (Check(wanted=_words("--check")),),
    "isort": (Check(wanted=_words("--check --check-only -c")),),
    "ruff": (
        Check(first=_words("check"), unwanted=_FIXING),
        Check(first=_words("format"), wanted=_words("--check")),
    ),
    "go": (
        # With `-c` or `-i` it compiles what others run; with `-run` of nothing it only fills a cache.
        Check(first=_words("test"), unwanted=_words("-c -i -run=^$ -run=NONE -run=none")),
        Check(first=_words("vet")),
    ),
    "cargo": (
        Check(first=_words("test t clippy"), unwanted=_words("--no-run --fix")),
        Check(first=_words("fmt"), wanted=_words("--check")),
        Check(first=_words("nextest"), unwanted=_words("--no-run")),
    ),
    **dict.fromkeys(("mvn", "mvnw"), (_MAVEN,)),
    **dict.fromkeys(("gradle", "gradlew"), (_GRADLE,)),
    "dotnet": (
        Check(first=_words("test")),
        Check(first=_words("format"), wanted=_words("--verify-no-changes")),
    ),
    **dict.fromkeys(("make", "gmake"), (_MAKE,)),
    "mix": (
        Check(first=_words("test credo dialyzer")),
        Check(first=_words("format"), wanted=_words("--check-formatted")),
    ),
    "rake": (Check(first=_words("test spec rubocop"), all_of=_words("test spec rubocop")),),
    "rails": (Check(first=_words("test test:all test:system spec")),),
    "composer": (
        Check(first=_PHP_SCRIPTS),
        Check(first=_PHP_SCRIPTS, all_of=_PHP_SCRIPTS | _words("run run-script")),
    ),
    "artisan": (Check(first=_words("test")),),
    **dict.fromkeys(("sbt", "lein"), (Check(first=_words("test"), all_of=_words("clean test")),)),
    "swift": (Check(first=_words("test")),),
    **dict.fromkeys(("dart", "flutter"), (Check(first=_words("test analyze")),)),
    "deno": (Check(first=_words("test lint check"), unwanted=_FIXING),),
    "stack": (Check(first=_words("test"), unwanted=_words("--no-run-tests")),),
    "cabal": (Check(first=_words("test v2-test")),),
    "coverage": (Check(first=_words("report")),),
    "manage.py": (Check(first=_words("test")),),
    "setup.py": (Check(first=_words("test check"), all_of=_words("test check")),),
}
"""By the name of the program. The scripts of a ``package.json`` are told by ``is_checking_script``."""

MANY_PURPOSES: frozenset[str] = _words("make gmake ctest rake shellcheck")
"""Those that also check what is fetched and compiled to be installed, where they stand in one RUN with that."""

PYTHONS: frozenset[str] = frozenset(["python", "python3", *(f"python3.{minor}" for minor in range(6, 16))])
PYTHON_CHECKS: frozenset[str] = _words("pytest unittest nose nose2 tox nox flake8 pylint mypy doctest black isort ruff")
"""Modules that ``python -m`` runs to check a project."""

SCRIPT_RUNNERS: Mapping[str, frozenset[str]] = {
    "npm": _words("test tst t"),
    "yarn": _words("test"),
    "pnpm": _words("test t"),
    "bun": _words("test"),
}
"""The package managers of Node.js, each with its subcommands that check without ``run``."""
NAMING_RUN: frozenset[str] = _words("run run-script")
EXECUTING: Mapping[str, frozenset[str]] = {
    "npx": _NOTHING,
    "bunx": _NOTHING,
    "npm": _words("exec x"),
    "yarn": _words("exec run dlx"),
    "pnpm": _words("exec dlx"),
    "bun": _words("x"),
    "uv": _words("run"),
    "uvx": _NOTHING,
    "hatch": _words("run"),
    "rye": _words("run"),
    "coverage": _words("run"),
    "php": _NOTHING,
    "node": _NOTHING,
    "ruby": _NOTHING,
}
"""Programs that run another one, each with the subcommands behind which it stands, if there are any."""
RUNNER_VALUES: frozenset[str] = _words(
    "--prefix -C --cwd --dir --filter -F -w --workspace -p --package --with --group --extra --python --directory"
    " --project --source --rcfile --omit --include -d"
)
"""Options of these, and of the package managers, whose value is the next word."""
ASKING: frozenset[str] = _words(
    "--version -V --help -h --collect-only --co --list-tests --listTests --init --showConfig"
)
"""Options with which a program that checks only says something of itself."""

REPORTING: tuple[str, ...] = (
    *_words(
        "--output-file --outputfile --output= -o= --junit --html --cov-report --reporter --logger -coverprofile"
        " -json --log-junit --coverage- --results-directory --collect --xunit --alluredir"
    ),
)
"""What options start with, in lower case, by which a check writes a report for somebody to read."""

_SCRIPTS = _words(
    "test tests unit e2e lint eslint stylelint tslint typecheck type-check tsc-check check-types check-type jest vitest"
    " mocha coverage spec specs check"
)
_PARTS = _SCRIPTS | _words(
    "ci unit integration int all cov js ts jsx tsx css scss styles type types node web api server client app prod"
    " production once run backend frontend no-watch nowatch single quick fast strict docker format prettier typescript"
    " code src only silent func functional smoke"
)


def is_checking_script(name: str) -> bool:
    """Whether a script of a ``package.json`` checks the project, by its usual name: ``lint``, ``test:unit``.

    What has a word in its name that is not known, as ``lint:fix`` or ``test:build``, may do anything.
    """
    named = name.replace("_", ":").split(":")
    parts = [word for part in named for word in ([part] if part in _PARTS else part.split("-"))]
    return parts[0] in _SCRIPTS and _PARTS.issuperset(parts)

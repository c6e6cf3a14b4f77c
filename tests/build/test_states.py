"""What is in force at each step, as BuildKit has it."""

from __future__ import annotations

import pytest

from layerwise.build import Build, Origin, State, build
from layerwise.build.environment import Environment, home_of
from layerwise.knowledge.packages import BY_NAME
from layerwise.shell import Dialect
from layerwise.syntax import parse


def built(text: str, **options: object) -> Build:
    return build(parse(text), **options)  # type: ignore[arg-type]


def last(text: str, **options: object) -> State:
    return built(text, **options).stages[-1].course.states[-1]


VALUES = {
    "ENV": ("FROM scratch\nENV X=1\n", "1"),
    "both notations": ("FROM scratch\nENV X 1 2\n", "1 2"),
    "quotes go": ("FROM scratch\nENV X=\"a b\"'c'\n", "a bc"),
    "expanded with what was before": ("FROM scratch\nENV A=old\nENV A=new X=$A\n", "old"),
    "an ARG sees those to its left": ("FROM scratch\nARG A=1 X=$A\n", "1"),
    "a global default is not in scope": ("ARG X=1\nFROM scratch\n", None),
    "until ARG brings it in": ("ARG X=1\nFROM scratch\nARG X\n", "1"),
    "a default of its own wins": ("ARG X=1\nFROM scratch\nARG X=2\n", "2"),
    "what is given wins": ("ARG X=1\nFROM scratch\nARG X=2\n", "3"),
    "ENV behind ARG": ("FROM scratch\nARG X=arg\nENV X=env\n", "env"),
    "ARG behind ENV": ("FROM scratch\nENV X=env\nARG X=arg\n", "arg"),
    "an ARG without a value leaves it": ("FROM scratch\nENV X=env\nARG X\n", "env"),
    "ENV from ARG": ("FROM scratch\nARG A=1\nENV X=$A\n", "1"),
    "inherited": ("FROM scratch AS a\nENV X=1\nFROM a\n", "1"),
    "ARGs are inherited too": ("FROM scratch AS a\nARG X=1\nFROM a\n", "1"),
    "not from a stage that is only copied from": (
        "FROM scratch AS a\nENV X=1\nFROM scratch\nCOPY --from=a / /\n",
        None,
    ),
    "with a modifier": ("FROM scratch\nENV X=${A:-d}${B:+e}\n", "d"),
    "unset is empty": ("FROM scratch\nENV X=a${A}b\n", "ab"),
    "an unknown image may set it": ("FROM example/unknown\nENV X=a${A}b\n", None),
    "but a default counts": ("FROM example/unknown\nENV X=${A:-d}\n", "d"),
    "a known image": ("FROM golang:1.22\nENV X=$GOPATH/bin\n", "/go/bin"),
    "PATH of a known image": (
        "FROM debian\nENV X=/opt/bin:$PATH\n",
        "/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ),
    "PATH of an unknown image": ("FROM example/unknown\nENV X=/opt/bin:$PATH\n", None),
    "the version of an image": ("FROM node:20\nENV X=$NODE_VERSION\n", None),
    "a platform": ("FROM scratch\nARG TARGETARCH\nENV X=$TARGETARCH\n", None),
    "in single quotes": ("FROM scratch\nENV A=1\nENV X='$A'\n", "$A"),
    "in a child of ONBUILD": ("FROM scratch AS a\nONBUILD ENV X=1\nFROM a\n", "1"),
    "ONBUILD changes nothing here": ("FROM scratch\nONBUILD ENV X=1\n", None),
}


@pytest.mark.parametrize(("text", "expected"), VALUES.values(), ids=VALUES)
def test_the_value_of_a_variable(text: str, expected: str | None) -> None:
    args = {"X": "3"} if expected == "3" else {}
    variable = last(text, args=args).lookup("X")
    assert (variable.value if variable else None) == expected


def test_where_a_variable_is_from() -> None:
    state = last("ARG G=1\nFROM golang:1.22\nARG G\nARG A=1\nARG TARGETOS\nENV E=1\n")
    origins = {name: state.scope[name].origin for name in ("G", "A", "E", "GOPATH")}
    assert origins == {"G": Origin.GLOBAL_ARG, "A": Origin.ARG, "E": Origin.ENV, "GOPATH": Origin.IMAGE}
    assert state.args["TARGETOS"].origin is Origin.PLATFORM
    assert "A" not in state.env


def test_an_argument_without_value_is_declared_but_not_set() -> None:
    state = last("FROM scratch\nARG X\n")
    assert state.args["X"].value is None
    assert "X" not in state.scope
    assert state.lookup("X") is state.args["X"]


def test_the_scan_arguments_of_the_builder_are_no_variables() -> None:
    assert not last("FROM scratch\nARG BUILDKIT_SBOM_SCAN_STAGE=true\n").args


WORKDIRS = {
    "scratch": ("FROM scratch\n", "/"),
    "absolute": ("FROM debian\nWORKDIR /app\n", "/app"),
    "relative to the one before": ("FROM debian\nWORKDIR /app\nWORKDIR src\nWORKDIR ..\nWORKDIR lib\n", "/app/lib"),
    "relative to the image": ("FROM golang:1.22\nWORKDIR src\n", "/go/src"),
    "relative to an unknown image": ("FROM example/unknown\nWORKDIR src\n", None),
    "absolute behind that": ("FROM example/unknown\nWORKDIR src\nWORKDIR /app\n", "/app"),
    "with a variable": ("FROM debian\nENV HOME=/home/app\nWORKDIR $HOME/src\n", "/home/app/src"),
    "with an unknown one": ("FROM debian\nARG DIR\nWORKDIR $DIR\n", None),
    "normalized": ("FROM debian\nWORKDIR //app//./src/\n", "/app/src"),
    "inherited": ("FROM debian AS a\nWORKDIR /app\nFROM a\n", "/app"),
    "Windows": ("FROM mcr.microsoft.com/windows/nanoserver\nWORKDIR C:\\\\app\n", "C:/app"),
    "in quotes": ('FROM debian\nWORKDIR "/my app"\n', "/my app"),
    "empty": ("FROM debian\nWORKDIR\n", "/"),
}


@pytest.mark.parametrize(("text", "expected"), WORKDIRS.values(), ids=WORKDIRS)
def test_the_working_directory(text: str, expected: str | None) -> None:
    assert last(text).workdir == expected


@pytest.mark.parametrize(
    ("text", "user", "home"),
    [
        ("FROM debian\n", None, "/root"),
        ("FROM debian\nUSER root\n", "root", "/root"),
        ("FROM debian\nUSER 0:0\n", "0:0", "/root"),
        ("FROM node:20\nUSER node\n", "node", "/home/node"),
        ("FROM node:20\nUSER 1000\n", "1000", "/home/node"),
        ("FROM debian\nUSER app\n", "app", None),
        ("FROM debian\nRUN useradd -m app\nUSER app\n", "app", "/home/app"),
        ("FROM debian\nRUN useradd -u 1001 -d /srv/app app\nUSER 1001:0\n", "1001:0", "/srv/app"),
        ("FROM alpine\nRUN adduser -D -h /data -u 99 app\nUSER app\n", "app", "/data"),
        ("FROM debian\nRUN useradd --base-dir /srv --uid=7 app\nUSER app\n", "app", "/srv/app"),
        ("FROM debian\nARG WHO=app\nUSER $WHO\n", "app", None),
        ("FROM debian\nARG WHO\nUSER $WHO\n", "$WHO", None),
        ("FROM debian AS a\nUSER app\nFROM a\n", "app", None),
        ("FROM quay.io/jupyter/base-notebook\n", "1000", "/home/jovyan"),
    ],
)
def test_the_user(text: str, user: str | None, home: str | None) -> None:
    state = last(text)
    assert state.user == user
    assert home_of(state) == home


@pytest.mark.parametrize(
    ("text", "uid"),
    [
        ("useradd -r -g app -u 999 app", "999"),
        ("adduser --system --uid 998 --ingroup app --disabled-password app", "998"),
        ("adduser -S -D -H -u 101 -h /x -s /sbin/nologin -G www-data app", "101"),
        ("groupadd -g 5 app && useradd app -g 5 --uid 6", "6"),
        ("useradd -lm app", None),
    ],
)
def test_accounts(text: str, uid: str | None) -> None:
    assert last(f"FROM debian\nRUN {text}\n").accounts["app"].uid == uid


def test_a_user_in_a_group_is_no_new_user() -> None:
    assert not last("FROM debian\nRUN adduser www-data docker\n").accounts


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("FROM debian\n", Dialect.SH),
        ('FROM debian\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\n', Dialect.BASH),
        ('FROM debian AS a\nSHELL ["/bin/bash", "-c"]\nFROM a\n', Dialect.BASH),
        ("FROM mcr.microsoft.com/windows/nanoserver\n", Dialect.CMD),
        ('FROM mcr.microsoft.com/windows/nanoserver\nSHELL ["powershell", "-Command"]\n', Dialect.POWERSHELL),
        ("FROM quay.io/jupyter/base-notebook\n", Dialect.BASH),
    ],
)
def test_the_shell(text: str, dialect: Dialect) -> None:
    assert last(text).dialect is dialect


SETTINGS = {
    "pip config set": ("RUN pip config set global.no-cache-dir true\n", {"pip:no-cache"}),
    "of one command": ("RUN python -m pip config --user set install.no-cache-dir 1\n", {"pip:no-cache"}),
    "any truth value": ("RUN pip config set global.no-cache-dir off\n", {"pip:no-cache"}),
    "no truth value": ("RUN pip config set global.no-cache-dir maybe\n", set()),
    "another setting": ("RUN pip config set global.timeout 60\n", set()),
    "written to a file": ("RUN printf '[global]\\nno-cache-dir = yes\\n' >> /etc/pip.conf\n", {"pip:no-cache"}),
    "in the home folder": ("RUN echo 'no-cache-dir=1' > ~/.config/pip/pip.conf\n", {"pip:no-cache"}),
    "by tee": ("RUN echo 'APT::Install-Recommends \"0\";' | tee /etc/apt/apt.conf.d/99\n", set()),
    "by tee with a heredoc": (
        "RUN tee /etc/apt/apt.conf.d/99 <<EOF\nAPT::Install-Recommends 0;\nEOF\n",
        {"apt:no-recommends"},
    ),
    "apt": ("RUN echo 'APT::Install-Recommends \"false\";' > /etc/apt/apt.conf.d/99\n", {"apt:no-recommends"}),
    "apt keeps packages": (
        "RUN rm -f /etc/apt/apt.conf.d/docker-clean; echo 'Binary::apt::APT::Keep-Downloaded-Packages \"true\";'"
        " > /etc/apt/apt.conf.d/keep-cache\n",
        {"apt:keeps-archives"},
    ),
    "apt, in another file": ("RUN echo 'APT::Install-Recommends \"false\";' > /tmp/x\n", set()),
    "apt that installs them": ("RUN echo 'APT::Install-Recommends \"true\";' > /etc/apt/apt.conf.d/99\n", set()),
    "dnf": ("RUN echo install_weak_deps=False >> /etc/dnf/dnf.conf\n", {"dnf:no-weak-dependencies"}),
    "dnf by sed": ("RUN sed -i '$ainstall_weak_deps=False' /etc/dnf/dnf.conf\n", {"dnf:no-weak-dependencies"}),
    "zypper": (
        "RUN sed -i 's/.*onlyRequires.*/solver.onlyRequires = true/' /etc/zypp/zypp.conf\n",
        {"zypper:no-recommends"},
    ),
    "a copied heredoc": ("COPY <<EOF /etc/pip.conf\n[global]\nno-cache-dir = 0\nEOF\n", {"pip:no-cache"}),
    "a copied heredoc in a folder": ("COPY <<pip.conf /etc/\n[global]\nno-cache-dir = 0\npip.conf\n", {"pip:no-cache"}),
    "a copied file": ("COPY pip.conf /etc/pip.conf\n", {"pip:configured"}),
    "a file copied to a folder": ("COPY 99lean /etc/apt/apt.conf.d/\n", {"apt:configured"}),
    "uv": ("COPY <<EOF /etc/uv/uv.toml\nno-cache = true\nEOF\n", {"uv:no-cache"}),
}


@pytest.mark.parametrize(("text", "expected"), SETTINGS.values(), ids=SETTINGS)
def test_settings_of_tools(text: str, expected: set[str]) -> None:
    assert last(f"FROM debian\n{text}").tool_settings == expected


def test_installed_packages() -> None:
    text = "FROM debian\nRUN apt-get install -y curl git=1:2.39 && apt-get remove -y curl\nRUN pip install flask\n"
    assert last(text).installed == {"git"}


ENVIRONMENTS = {
    "as it was": ("ENV X=old\n", "tool", "old"),
    "before the command": ("ENV X=old\n", "X=1 tool", "1"),
    "by env": ("", "env A=2 X=1 tool", "1"),
    "by sudo": ("", "sudo -E X=1 tool", "1"),
    "exported": ("", "export X=1 && tool", "1"),
    "exported by name": ("", "X=0; export X; X=1; tool", "1"),
    "exported, then set": ("", "export X=1; X=2; tool", "2"),
    "set, but not exported": ("", "X=1; tool", None),
    "set, and exported by ENV": ("ENV X=old\n", "X=1; tool", "1"),
    "set, and exported by ARG": ("ARG X=old\n", "X=1; tool", "1"),
    "of another command": ("ENV X=old\n", "X=1 other && tool", "old"),
    "too late": ("ENV X=old\n", "tool; export X=1", "old"),
    "unset": ("ENV X=old\n", "unset X; tool", None),
    "unknown": ("ENV X=old\n", "export X=$(date); tool", None),
}


@pytest.mark.parametrize(("declared", "script", "expected"), ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_the_environment_of_a_command(declared: str, script: str, expected: str | None) -> None:
    step = built(f"FROM debian\n{declared}RUN {script}\n").stages[0].steps[-1]
    assert step.script is not None
    command = next(command for command in step.script.commands if command.program == "tool")
    assert Environment(step, command).get("X") == expected


PLACES = {
    "pip": ("", ["/root/.cache/pip"]),
    "pip by its variable": ("ENV PIP_CACHE_DIR=/c\n", ["/c"]),
    "pip by XDG": ("ENV XDG_CACHE_HOME=/x\n", ["/x/pip"]),
    "pip of a user": ("RUN useradd app\nUSER app\n", ["/home/app/.cache/pip"]),
    "pip of an unknown user": ("USER app\n", ["~/.cache/pip"]),
    "pip at home": ("USER app\nENV HOME=/h\n", ["/h/.cache/pip"]),
    "pip at an unknown place": ("ARG C\nENV PIP_CACHE_DIR=$C\n", [None]),
}


@pytest.mark.parametrize(("text", "expected"), PLACES.values(), ids=PLACES)
def test_where_a_cache_lies(text: str, expected: list[str | None]) -> None:
    step = built(f"FROM debian\n{text}RUN pip install x\n").stages[0].steps[-1]
    environment = Environment(step, step.operations[0].command)
    assert [environment.place(folder) for folder in BY_NAME["pip"].caches] == expected


@pytest.mark.parametrize(
    ("image", "manager", "expected"),
    [
        ("golang:1.22", "go", ["/root/.cache/go-build", "/go/pkg/mod"]),
        ("debian", "go", ["/root/.cache/go-build", "/root/go/pkg/mod"]),
        ("rust:1", "cargo", ["/usr/local/cargo/registry"]),
        ("debian", "cargo", ["/root/.cargo/registry"]),
        ("ruby:3.3", "gem", ["/usr/local/bundle/cache"]),
        ("composer:2", "composer", ["/tmp/cache"]),
    ],
)
def test_where_a_cache_lies_in_an_image(image: str, manager: str, expected: list[str]) -> None:
    step = built(f"FROM {image}\nRUN true\n").stages[0].steps[-1]
    assert step.script is not None
    environment = Environment(step, step.script.commands[0])
    assert [environment.place(folder) for folder in BY_NAME[manager].caches] == expected


@pytest.mark.parametrize("line", ["ENV A{}=x", "ARG A{}=x"])
def test_a_made_file_with_a_variable_on_each_line_costs_no_square(line: str) -> None:
    state = last("FROM scratch\n" + "\n".join(line.format(number) for number in range(1500)))
    known = len(state.scope)
    assert 900 < known <= 1000
    assert not state.complete
    assert state.value("$A0", "\\") == "x"
    assert state.value("$A1400", "\\") is None

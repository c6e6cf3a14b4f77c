"""What the builder refuses: the words it says, the narrow place, and what should stand there where that is clear."""

from __future__ import annotations

import pytest

from layerwise.syntax import parse

UNKNOWN = [
    # text, what is marked, message, replacement
    ("RUNN a", "RUNN", "unknown instruction: RUNN (did you mean RUN?)", "RUN"),
    ("wrokdir /a", "wrokdir", "unknown instruction: wrokdir (did you mean workdir?)", "workdir"),
    ("FOO a", "FOO", "unknown instruction: FOO (did you mean FROM?)", None),
    ("XYZZY a", "XYZZY", "unknown instruction: XYZZY", None),
    ("ENVV a", "ENVV", "unknown instruction: ENVV (did you mean ENV?)", None),
    ("RUN\xa0a", "RUN\xa0a", "unknown instruction: RUN\xa0a (did you mean run?)", None),
    ("ONBUILD RNU a", "RNU", "unknown instruction: RNU (did you mean RUN?)", "RUN"),
    ("RU\\\nNN a", "RU\\\nNN", "unknown instruction: RUNN (did you mean RUN?)", "RUN"),
]

MISSING = [
    ("FROM", "FROM", "FROM requires either one or three arguments", None),
    ("FROM a b", "b", "FROM requires either one or three arguments", None),
    ("FROM a AS b # c", "AS b # c", "FROM requires either one or three arguments", None),
    (
        "FROM a AS 1b",
        "1b",
        'invalid name for build stage: "1b", name can\'t start with a number or contain symbols',
        None,
    ),
    ('FROM ""', '""', 'base name ("") should not be blank', None),
    ("ENV", "ENV", "ENV requires at least one argument", None),
    ("ENV a", "a", "ENV must have two arguments", None),
    ("LABEL a=b c", "c", 'Syntax error - can\'t find = in "c". Must be of the form: name=value', None),
    ("ENV =a", "=a", "ENV names can not be blank", None),
    ("ARG", "ARG", "ARG requires at least one argument", None),
    ("ARG =a", "=a", "ARG names can not be blank", None),
    ("WORKDIR", "WORKDIR", "WORKDIR requires exactly one argument", None),
    ("USER ", "USER", "USER requires exactly one argument", None),
    ("STOPSIGNAL", "STOPSIGNAL", "STOPSIGNAL requires exactly one argument", None),
    ("maintainer", "maintainer", "MAINTAINER requires exactly one argument", None),
    ("EXPOSE", "EXPOSE", "EXPOSE requires at least one argument", None),
    ("VOLUME", "VOLUME", "VOLUME requires at least one argument", None),
    ('VOLUME ["a", " "]', '" "', "VOLUME specified can not be an empty string", None),
    ("SHELL", "SHELL", "SHELL requires at least one argument", None),
    ("SHELL []", "[]", "SHELL requires at least one argument", None),
    ("SHELL bash -c", "bash -c", "SHELL requires the arguments to be in JSON form", None),
    ("ONBUILD", "ONBUILD", "ONBUILD requires at least one argument", None),
    ("ONBUILD ONBUILD RUN a", "ONBUILD", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", None),
    ("ONBUILD from a", "from", "FROM isn't allowed as an ONBUILD trigger", None),
    ("ONBUILD ENV a", "a", "ENV must have two arguments", None),
    ("CMD [1]", "1", "when using JSON array syntax, arrays must be comprised of strings only", None),
    ('CMD ["a", ["b"], 2]', '["b"]', "when using JSON array syntax, arrays must be comprised of strings only", None),
]

_TWO = "requires at least two arguments, but only one was provided. Destination could not be determined"
TRANSFERS = [
    ("COPY", "COPY", f"COPY {_TWO}", None),
    ("ADD a", "a", f"ADD {_TWO}", None),
    ('COPY ["a"]', '"a"', f"COPY {_TWO}", None),
    ("COPY a <<E\nE", "<<E", "COPY cannot accept a heredoc as a destination", None),
]

FLAGS = [
    ("COPY --form=a b c", "--form", "unknown flag: --form (did you mean from?)", "--from"),
    ("COPY --foo=a b c", "--foo", "unknown flag: --foo (did you mean from?)", None),
    ("WORKDIR --a b", "--a", "unknown flag: --a", None),
    ("CMD --version", "--version", "unknown flag: --version", None),
    ("COPY --from=a --from=b c d", "--from=b", "duplicate flag specified: --from", None),
    ("COPY --from a b", "--from", "missing a value on flag: --from", None),
    ("COPY --link= a b", "--link=", "missing a value on flag: --link", None),
    ("COPY --link=yes a b", "yes", "expecting boolean value for flag --link, not: yes", None),
    ("RUN --network=hots a", "hots", 'invalid network mode "hots"', "host"),
    ("RUN --security=unsafe a", "unsafe", 'security "unsafe" is not valid', None),
    ("HEALTHCHECK", "HEALTHCHECK", "HEALTHCHECK requires at least one argument", None),
    ("HEALTHCHECK CMD", "CMD", "Missing command after HEALTHCHECK CMD", None),
    ("HEALTHCHECK NONE a", "a", "HEALTHCHECK NONE takes no arguments", None),
    ("HEALTHCHECK curl a", "curl", 'Unknown type "CURL" in HEALTHCHECK (try CMD)', None),
    ("HEALTHCHECK --interval=5 CMD a", "5", 'time: missing unit in duration "5"', None),
    ("HEALTHCHECK --timeout=5x CMD a", "5x", 'time: unknown unit "x" in duration "5x"', None),
    ("HEALTHCHECK --start-period=a CMD a", "a", 'time: invalid duration "a"', None),
    ("HEALTHCHECK --interval=1us CMD a", "1us", 'Interval "interval" cannot be less than 1ms', None),
    ("HEALTHCHECK --interval=-1s CMD a", "-1s", 'Interval "interval" cannot be less than 1ms', None),
    ("HEALTHCHECK --retries=a CMD a", "a", 'strconv.ParseInt: parsing "a": invalid syntax', None),
    ("HEALTHCHECK --retries=-1 CMD a", "-1", "--retries cannot be negative (-1)", None),
    (
        "HEALTHCHECK --retries=3000000000 CMD a",
        "3000000000",
        'strconv.ParseInt: parsing "3000000000": value out of range',
        None,
    ),
]

MOUNTS = [
    ("taget=/a", "taget", "unexpected key 'taget' in 'taget=/a' (did you mean target?)", "target"),
    ("foo", "foo", "invalid field 'foo' must be a key=value pair", None),
    ("type=cahce", "cahce", 'unsupported mount type "cahce" (did you mean cache?)', "cache"),
    ("type=cache,sharing=lock", "lock", 'unsupported sharing value "lock" (did you mean locked?)', None),
    ("ro=maybe", "maybe", "invalid value for ro: maybe", None),
    ("required", "required", "unexpected key 'required' for mount type 'bind'", None),
    ("type=cache,size=1g", "size=1g", "unexpected key 'size' for mount type 'cache'", None),
    ("type=tmpfs,size=big", "big", "invalid value for size: big", None),
    ("type=cache,mode=9", "9", "invalid value 9 for mode", None),
    ("type=secret,id=a,uid=x", "x", "invalid value x for uid", None),
    ("uid=1", "uid=1", 'uid not allowed for "bind" type mounts', None),
    ("type=bind,sharing=locked", "sharing=locked", "invalid cache sharing set for bind mount", None),
    ("type=secret", "--mount=type=secret", "invalid secret mount. one of source, target required", None),
    ("type=secret,id=a,from=b", "from=b", "secret mount should not have a from", None),
    ("from=$a", "$a", "'from' doesn't support variable expansion, define alias stage instead", None),
    ("", "--mount=", "failed to parse csv mounts: EOF", None),
    ('a\\"b', 'a\\"b', 'failed to parse csv mounts: parse error on line 1, column 2: bare " in non-quoted-field', None),
]

VALUES = [
    ("EXPOSE 99999", "99999", "invalid containerPort: 99999", None),
    ("EXPOSE 80/http", "80/http", "invalid proto: http", None),
    ("EXPOSE 80 90-80", "90-80", "invalid containerPort: 90-80", None),
    ("EXPOSE localhost:1:1", "localhost:1:1", "invalid IP address: localhost", None),
    ("EXPOSE /tcp", "/tcp", "no port specified: /tcp<empty>", None),
    ("STOPSIGNAL SIGTREM", "SIGTREM", "invalid signal: SIGTREM", "SIGTERM"),
    ("STOPSIGNAL 0", "0", "invalid signal: 0", None),
    ("RUN --device=name=a,name=b c", "name=a,name=b", "device name already set to a", None),
    ("RUN <<E\na", "<<E", "unterminated heredoc", None),
]  # fmt: skip


def _cases() -> list[tuple[str, str, str, str | None]]:
    mounts = [(f"RUN --mount={value} a", *rest) for value, *rest in MOUNTS]
    return [*UNKNOWN, *MISSING, *TRANSFERS, *FLAGS, *mounts, *VALUES]  # type: ignore[list-item]


@pytest.mark.parametrize(("text", "marked", "message", "replacement"), _cases())
def test_problem(text: str, marked: str, message: str, replacement: str | None) -> None:
    source = text if text.startswith("FROM") else f"FROM a\n{text}"
    problems = parse(source).problems
    assert [(each.span.of(source), each.message, each.replacement) for each in problems] == [
        (marked, message, replacement)
    ]


FINE = [
    "RUN", "CMD", "ENTRYPOINT", "STOPSIGNAL --a 9", "ARG --a b", "HEALTHCHECK --a NONE", "RUN --mount=type=cache,target=$a b",
    "RUN --mount=type=$a,required b", "RUN --mount=type=secret,id=a,required b", "RUN --mount=type=tmpfs,size=64m,target=/a b",
    "RUN --mount=src=a,target=/b,rw=false c", "RUN --device=vendor.com/a=b,required c", "COPY --exclude=a --exclude=b c d",
    "COPY --link=FALSE --parents a b", "ADD --checksum=sha256:a --keep-git-dir --unpack=true b c", "FROM scratch",
    "FROM --platform=$BUILDPLATFORM a AS b-c_d.e", "EXPOSE 80 81/udp 82-84/SCTP [::1]:1:85 $a ${a}/tcp", "STOPSIGNAL $a",
    "HEALTHCHECK --interval=1h2m3.5s --timeout=0 --retries= CMD a", "STOPSIGNAL RTMIN+3", "ENV a=b c=", "ENV a b=c d",
    'SHELL ["a"]', "VOLUME /a", "ONBUILD RUN a", "COPY << EOF a\nb\nEOF", 'CMD ["a", "\\ud83d\\ude80"]', 'CMD ["a",]',
    "RUN --mount=type=cache,target=/a,id=b,sharing=LOCKED,mode=0755,uid=1,gid=1,from=c,source=d e",
    "RUN --mount=type=secret,env=A,id=a b", "USER $a", "RUN --security=insecure --network=none a", "EXPOSE \"80\"",
]  # fmt: skip


@pytest.mark.parametrize("text", FINE)
def test_no_problem(text: str) -> None:
    assert parse(text if text.startswith("FROM") else f"FROM a\n{text}").problems == ()


FILES = [
    ("", "", "file with no instructions"),
    ("# a\n\n# b\n\n", "# b", "file with no instructions"),
    (" \t\n", "", "file with no instructions"),
    ("USER a\nFROM b\n", "USER", "no build stage in current context"),
    ("ARG a\nRUN b\nUSER c\nFROM d\n", "RUN", "no build stage in current context"),
    ("# escape=x\nFROM a\n", "x", "invalid escape token 'x' does not match ` or \\"),
    ("# syntax=a\n# Syntax=b\nFROM a\n", "# Syntax=b", "only one syntax parser directive can be used"),
    ("FROM a\n# " + "x" * 65533, None, None),
    ("FROM a\n# " + "x" * 65536, "#", "dockerfile line greater than max allowed size of 65535"),
    ("FROM a\nRUN " + "x" * 65531, None, None),
    ("FROM a\nRUN " + "x" * 65532, "RUN", "dockerfile line greater than max allowed size of 65535"),
    ("FROM a\nRUN " + "é" * 32766, "RUN", "dockerfile line greater than max allowed size of 65535"),
    ("FROM a\nRUN <<E\nb " + "x" * 65534 + "\nE", "b", "dockerfile line greater than max allowed size of 65535"),
]


@pytest.mark.parametrize(("text", "marked", "message"), FILES)
def test_problem_of_a_file(text: str, marked: str | None, message: str | None) -> None:
    found = [(each.span.of(text), each.message) for each in parse(text).problems]
    assert found == ([] if message is None else [(marked, message)])


def test_a_fragment_without_stages_is_left_alone() -> None:
    assert parse("USER a\nRUN b\n").problems == ()


STEPS = [
    ("ENV a='b", "'b", 'failed to process "\'b": unexpected end of statement while looking for matching single-quote'),
    ("COPY ${a b c", "${a", 'failed to process "${a": unsupported modifier (\ufffd) in substitution'),
    ("FROM a:${b:c}", "a:${b:c}", 'failed to process "a:${b:c}": unsupported modifier (:c) in substitution'),
    (
        "COPY --from=$a b c",
        "$a",
        "variable expansion is not supported for --from, "
        "define a new stage with FROM using ARG from global scope as a workaround",
    ),
]


@pytest.mark.parametrize(("text", "marked", "message"), STEPS)
def test_problem_of_a_step(text: str, marked: str, message: str) -> None:
    """BuildKit's parser takes these; only the step that is reached fails."""
    source = text if text.startswith("FROM") else f"FROM a\n{text}"
    tree = parse(source)
    assert tree.problems == ()
    assert [(each.span.of(source), each.message) for each in tree.step_problems] == [(marked, message)]


def test_codes_are_stable_names() -> None:
    for text, *_ in _cases():
        for problem in parse(f"FROM a\n{text}").problems:
            assert problem.code.replace("-", "").isalpha()
            assert problem.code.islower()


BROKEN = [
    "RUN <<EOF",
    "COPY --fro",
    "HEALTHCHECK --interval=",
    'ENV a="',
    "RUN --mount=type=",
    'CMD ["a"',
    "COPY",
    "EN",
]


@pytest.mark.parametrize("half", BROKEN)
def test_half_typed_line_spares_the_others(half: str) -> None:
    """Whatever is being typed, the lines around it are read as if it were not there."""
    text = f"FROM a\nRUNN b\n{half}\nEXPOSE 99999\nRUN c \\\n  && d\nWROKDIR e\n"
    marked = [each.span.of(text) for each in parse(text).problems]
    assert [each for each in marked if each in ("RUNN", "99999", "WROKDIR")] == ["RUNN", "99999", "WROKDIR"]
    assert "RUN c" in [each.span.of(text)[:5] for each in parse(text).instructions]

"""What each instruction is read as: own examples, written in a notation of their own.

``name flag… | word…`` with the parts of the node behind it; see ``_shown``.
"""

from __future__ import annotations

import pytest

from layerwise.syntax import (
    Assigning,
    ExecForm,
    From,
    Healthcheck,
    Heredoc,
    Instruction,
    Onbuild,
    ShellForm,
    Transfer,
    Volume,
    parse,
)

CASES = {
    "a stage with a name": ("FROM alpine:3.20 AS base", "FROM image=alpine:3.20 alias=base"),
    "a lower-case stage": ("from alpine as Base", "FROM image=alpine alias=Base"),
    "a platform": ("FROM --platform=$BUILDPLATFORM go", "FROM --platform=$BUILDPLATFORM image=go"),
    "shell form": ("RUN make  all && make install", "RUN sh:make  all && make install"),
    "exec form": ('RUN ["make", "all"]', "RUN exec:make,all"),
    "exec form with an escape": (r'CMD ["a\tb", "\u00e9"]', "CMD exec:a\tb,é"),
    "an empty exec form": ("ENTRYPOINT []", "ENTRYPOINT exec:"),
    "single quotes are no JSON": ("CMD ['a', 'b']", "CMD sh:['a', 'b']"),
    "an open bracket is no JSON": ('CMD ["a", "b"', 'CMD sh:["a", "b"'),
    "text behind the bracket is no JSON": ('RUN ["a"] && b', 'RUN sh:["a"] && b'),
    "no command": ("RUN", "RUN"),
    "a continuation": ("RUN a \\\n  b", "RUN sh:a   b"),
    "a comment in a continuation": ("RUN a \\\n  # why\n  b", "RUN sh:a   b"),
    "a blank line in a continuation": ("RUN a \\\n\n  b", "RUN sh:a   b"),
    "blanks behind a continuation": ("RUN a \\ \t\n b", "RUN sh:a  b"),
    "a doubled escape character continues nothing": ("RUN a \\\\", "RUN sh:a \\\\"),
    "a comment does not continue": ("RUN a \\\n# c \\\n b", "RUN sh:a  b"),
    "a keyword that is broken": ("RU\\\nN a", "RUN sh:a"),
    "a keyword alone on its line": ("RUN \\\n a", "RUN sh:a"),
    "an escape character at the end of the file": ("RUN a \\", "RUN sh:a"),
    "a continuation into the end of the file": ("RUN a \\\n\n# c\n", "RUN sh:a"),
    "mounts": (
        "RUN --mount=type=cache,target=/a,ro --mount=type=bind,src=b,dst=/b make",
        "RUN --mount=type=cache,target=/a,ro --mount=type=bind,src=b,dst=/b sh:make",
    ),
    "a quoted flag": ('COPY --chown="a b" c d', "COPY --chown=a b from=c to=d"),
    "two dashes end the flags": ("RUN -- --mount=x", "RUN sh:--mount=x"),
    "a flag behind an argument is an argument": ("RUN a --mount=x", "RUN sh:a --mount=x"),
    "a flag without value": ("COPY --link a b", "COPY --link from=a to=b"),
    "many sources": ("COPY a b c/", "COPY from=a,b to=c/"),
    "sources in JSON": ('ADD ["a b", "c"]', "ADD json from=a b to=c"),
    "a file in a heredoc": ("COPY <<E /e\nx\nE", "COPY from=<<E:x\n to=/e"),
    "quotes are kept": ("COPY 'a' b", "COPY from='a' to=b"),
    "pairs": ("ENV a=b c='d e' f=g\\ h", "ENV a=b c='d e' f=g\\ h"),
    "the old notation": ("ENV a b  c", "ENV a:b  c"),
    "labels": ('LABEL "a.b"="c" d=', 'LABEL "a.b"="c" d='),
    "arguments of the build": ("ARG a b=c", "ARG a b=c"),
    "a value over two lines": ("ENV a=b\\\nc d=e", "ENV a=bc d=e"),
    "ports": ("EXPOSE 80/tcp 443", "EXPOSE 80/tcp,443"),
    "volumes": ("VOLUME /a /b", "VOLUME /a,/b"),
    "volumes in JSON": ('VOLUME ["/a", "/b"]', "VOLUME json /a,/b"),
    "one value": ("WORKDIR  /a b ", "WORKDIR value=/a b"),
    "a user": ("USER a:b", "USER value=a:b"),
    "a signal": ("STOPSIGNAL SIGTERM", "STOPSIGNAL value=SIGTERM"),
    "a maintainer": ("MAINTAINER a <b@c>", "MAINTAINER value=a <b@c>"),
    "a health check": ("HEALTHCHECK --interval=5s CMD a b", "HEALTHCHECK --interval=5s CMD sh:a b"),
    "a health check in JSON": ('HEALTHCHECK CMD ["a"]', "HEALTHCHECK CMD exec:a"),
    "no health check": ("HEALTHCHECK NONE", "HEALTHCHECK NONE"),
    "a shell": ('SHELL ["bash", "-c"]', "SHELL exec:bash,-c"),
    "a trigger": ("ONBUILD COPY --link a b", "ONBUILD (COPY --link from=a to=b)"),
    "a trigger with a heredoc": ("ONBUILD RUN <<E\nx\nE", "ONBUILD (RUN sh:<<E heredoc:x\n) heredoc:x\n"),
    "nothing known": ("FOO a b", "FOO"),
    "tabs": ("\tRUN\ta\tb", "RUN sh:a\tb"),
    "a form feed separates": ("RUN\fa", "RUN sh:a"),
    "a no-break space does not": ("RUN\xa0a", "RUN\xa0A"),
    "a no-break space is a word's end to a shell": ("RUN a\xa0b", "RUN sh:a\xa0b"),
    "a NUL": ("RUN a\0b", "RUN sh:a\0b"),
    "carriage returns": ("RUN a \\\r\n b\r\n", "RUN sh:a  b"),
    "a byte-order mark": ("\ufeffRUN a", "RUN sh:a"),
    "a mark inside is a character": ("RUN a\ufeffb", "RUN sh:a\ufeffb"),
    "a word that dockerfile_parse takes for a comment": ("comment a", "COMMENT"),
    "a character that Python alone takes for white space": ("RUN\x1ca", "RUN\x1cA"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_instruction(text: str, expected: str) -> None:
    tree = parse(text)
    assert [_shown(each) for each in tree.instructions] == [expected]


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_instruction_in_other_places(text: str, expected: str) -> None:
    """The same between other instructions, in CRLF, and read from the middle of a file."""
    bare = text.removeprefix("\ufeff")
    for ending in ("\n", "\r\n"):
        before, after = f"FROM a{ending}{ending}", f"{ending}RUN z{ending}"
        if bare.endswith("\\") or "\\\n\n# c" in bare:
            after = ""
        middle = bare if ending == "\n" or "\r" in bare else bare.replace("\n", ending)
        found = [_shown(each) for each in parse(before + middle + after).instructions][1:2]
        assert found == [expected.replace("\n", ending)]


def _shown(node: Instruction) -> str:
    parts = [node.name]
    parts += [f"--{flag.name.text}" + (f"={flag.value.text}" if flag.value else "") for flag in node.flags]
    if isinstance(node, From):
        parts += [f"image={node.image.text}" if node.image else "", f"alias={node.alias.text}" if node.alias else ""]
    elif isinstance(node, Transfer):
        parts += ["json"] if node.is_json else []
        parts.append("from=" + ",".join(_source(source) for source in node.sources))
        parts.append(f"to={node.destination.text}" if node.destination else "")
        return " ".join(part for part in parts if part)
    elif isinstance(node, Assigning):
        parts += [
            pair.key.text + ((":" if pair.legacy else "=") + pair.value.text if pair.value else "")
            for pair in node.pairs
        ]
    elif isinstance(node, Onbuild):
        parts.append(f"({_shown(node.trigger)})" if node.trigger else "")
    elif isinstance(node, Healthcheck):
        parts.append(node.kind.text if node.kind else "")
    elif isinstance(node, Volume):
        parts += ["json"] if node.is_json else []
    if node.name in ("EXPOSE", "VOLUME"):
        parts.append(",".join(word.text for word in node.arguments))
    command = getattr(node, "command", None)
    if isinstance(command, ShellForm):
        parts.append(f"sh:{command.text}")
    if isinstance(command, ExecForm):
        parts.append("exec:" + ",".join(item.text for item in command.items))
    if getattr(node, "value", None):
        parts.append(f"value={node.value.text}")  # type: ignore[attr-defined]
    parts += [f"heredoc:{heredoc.text}" for heredoc in node.heredocs]
    return " ".join(part for part in parts if part)


def _source(source: object) -> str:
    if isinstance(source, Heredoc):
        return f"<<{source.delimiter}:{source.text}"
    return source.text  # type: ignore[attr-defined, no-any-return]

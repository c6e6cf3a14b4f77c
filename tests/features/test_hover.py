"""What the hover says, by examples: a Dockerfile with ``¦`` where the cursor is, what it is about, and what it says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.engine import analyse
from layerwise.features.hover import Hover, hover
from layerwise.features.hover.answer import word_hover

CURSOR = "¦"

BUILD = """\
ARG PYTHON=3.13
ARG BARE
FROM python:${PYTHON}-slim AS base
ENV APP=/app
WORKDIR /app

FROM base AS build
ARG PYTHON
ARG VERSION=1.2
ARG TARGETARCH
ENV APP=/srv LEVEL=debug
"""


def at(marked: str) -> Hover | None:
    offset = marked.index(CURSOR)
    return word_hover(analyse(marked.replace(CURSOR, "")), offset)


def check(marked: str, about: str, *says: str) -> None:
    text = marked.replace(CURSOR, "")
    found = at(marked)
    assert found is not None, "nothing is said"
    assert found.span.of(text) == about
    for each in says:
        assert each in found.markdown
    assert found.markdown.count("```") % 2 == 0


@pytest.mark.parametrize(
    ("marked", "about", "says"),
    [
        ("#syn¦tax=docker/dockerfile:1\nFROM a", "syntax", "`# syntax=` names the image"),
        ("#escape=¦`\nFROM a", "`", "backtick"),
        ("# CHECK¦=skip=all\nFROM a", "CHECK", "`docker build --check`"),
        ("FR¦OM a:1", "FROM", "begins a stage"),
        ("from¦ a:1", "from", "begins a stage"),
        ("FROM a:1\nONBUILD E¦XPOSE 80", "EXPOSE", "Inside `ONBUILD`"),
        ("FROM a:1 A¦S b", "AS", "names the stage"),
        ("FROM a:1\nHEALTHCHECK NO¦NE", "NONE", "switches off"),
        ("FROM a:1\nHEALTHCHECK --retries=1 C¦MD x", "CMD", "Exit status 0"),
        ("FROM a:1\nRU\\\n¦N x", "RU\\\nN", "runs a command"),
        ("FROM a:1 AS one\nFROM¦ a:1", "FROM", "stage 1 of 2"),
        ("FROM a:1\nUSER app\nWORKDIR /x\nRUN¦ make", "RUN", "runs as `app`; in `/x`"),
        ("FROM a:1\nARG A\nRUN¦ make", "RUN", "repeated when `A` changes"),
        ("FROM a:1\nARG¦ A\nRUN make\nRUN test", "ARG", "in the cache key of 2 later `RUN`s (lines 3 and 4)"),
        ("FROM a:1\nWORKDIR /x\nCOPY¦ a b ./", "COPY", "reads `a` and `b`; writes `/x/`"),
    ],
)
def test_keywords_and_directives(marked: str, about: str, says: str) -> None:
    check(marked, about, says)


@pytest.mark.parametrize(
    ("marked", "about", "says"),
    [
        ("FROM --plat¦form=linux/arm64 a", "--platform=linux/arm64", "picks the platform"),
        ("FROM --platform=linux/ar¦m64 a", "linux/arm64", "Graviton"),
        ("FROM a:1\nCOPY --cho¦wn=1:2 a b", "--chown=1:2", "sets the owner"),
        ("FROM a:1\nCOPY --chown=10¦:2 a b", "10:2", "User `10` needs no entry in `/etc/passwd`, group `2`"),
        ("FROM a:1\nADD --chmod=6¦40 a b", "640", "owner read/write, group read, others nothing"),
        ("FROM a:1\nCOPY --chmod=u=rw¦X,go=rX a b", "u=rwX,go=rX", "group and others may only read"),
        ("FROM a:1\nCOPY --li¦nk a b", "--link", "layer of its own"),
        ("FROM a:1\nADD --check¦sum=sha256:1 https://x y", "--checksum=sha256:1", "the build fail"),
        ("FROM a:1\nHEALTHCHECK --start-inter¦val=1s CMD x", "--start-interval=1s", "Docker Engine 25"),
        ("FROM a:1\nRUN --network=no¦ne x", "none", "No network"),
        ("FROM a:1\nRUN --security=inse¦cure x", "insecure", "privileged"),
        ("FROM a:1\nRUN --dev¦ice=x y", "--device=x", "CDI"),
        ("FROM a:1\nRUN --mou¦nt=type=cache,target=/a x", "--mount=type=cache,target=/a", "lends files"),
        ("FROM a:1\nRUN --mount=ty¦pe=cache,target=/a x", "type=cache", "keeps between builds"),
        ("FROM a:1\nRUN --mount=type=ca¦che,target=/a x", "cache", "keeps between builds"),
        ("FROM a:1\nRUN --mount=type=cache,ta¦rget=/a x", "target=/a", "the folder that is kept"),
        ("FROM a:1\nRUN --mount=dst¦=/a x", "dst=/a", "where the mount appears"),
        ("FROM a:1\nRUN --mount=type=cache,target=/a,sharing=loc¦ked x", "locked", "waits until the first"),
        ("FROM a:1\nRUN --mount=type=secret,i¦d=a x", "id=a", "docker build --secret"),
        ("FROM a:1\nRUN --mount=type=secret,id=a,mo¦de=0440 x", "mode=0440", "owner read, group read, others nothing"),
        ("FROM a:1\nRUN --mount=target=/a,r¦w x", "rw", "thrown away"),
        ("FROM a:1\nONBUILD COPY --fr¦om=x a b", "--from=x", "copies from another stage"),
    ],
)
def test_flags(marked: str, about: str, says: str) -> None:
    check(marked, about, says)


@pytest.mark.parametrize(
    ("line", "about", "says"),
    [
        ("RUN echo $¦APP", "$APP", ["**`APP`** = `/srv`", "`ENV` on line 11."]),
        ("RUN echo ${A¦PP}", "${APP}", ["**`APP`** = `/srv`"]),
        ('RUN echo "x$A¦PP"', "$APP", ["**`APP`** = `/srv`"]),
        ("RUN sh -c 'echo $A¦PP'", "$APP", ["**`APP`** = `/srv`"]),
        ("WORKDIR $PY\\\nTHO¦N", "$PY\\\nTHON", ["**`PYTHON`** = `3.13`", "brings in the global one of line 1"]),
        ("LABEL a=${VERSION:-¦none}", "${VERSION:-none}", ["Here: `1.2`", "`none` when it is unset or empty"]),
        ("LABEL a=${VERSION%.¦*}", "${VERSION%.*}", ["without the shortest `.*` at the end. Here: `1`"]),
        ("LABEL a=${VERSION:-$A¦PP}", "$APP", ["**`APP`** = `/srv`"]),
        ("RUN echo $TARGETA¦RCH", "$TARGETARCH", ["set by the builder", "`arm64`"]),
        ("RUN echo $TARGETO¦S", "$TARGETOS", ["is not set here", "after `ARG TARGETOS`"]),
        ("RUN echo $BA¦RE", "$BARE", ["is not set here", "`ARG BARE` on line 2 stands before the first `FROM`"]),
        ("RUN echo $LAT¦E\nENV LATE=1", "$LATE", ["`ENV LATE` on line 13 comes after it"]),
        ("RUN X=1; echo $¦X", "$X", ["The shell sets it on line 12"]),
        ("RUN echo $HTTPS_PRO¦XY", "$HTTPS_PROXY", ["--build-arg HTTPS_PROXY="]),
        ("RUN echo '$A¦PP'", "$APP", ["the quotes keep the shell from expanding it"]),
        ('RUN ["echo", "$A¦PP"]', "$APP", ["in exec form no shell expands it"]),
        ('CMD ["sh", "-c", "echo $A¦PP"]', "$APP", ["**`APP`** = `/srv`"]),
        ("CMD echo $VERS¦ION", "$VERSION", ["an `ARG` is for the build alone", "`ENV VERSION=$VERSION` keeps it"]),
        ("RUN <<EOF\necho $A¦PP\nEOF", "$APP", ["**`APP`** = `/srv`"]),
        ("COPY <<EOF /x\nat $A¦PP\nEOF", "$APP", ["**`APP`** = `/srv`"]),
        ("ENV A¦PP=/new", "APP", ["= `/new`", "Replaces `ENV APP` of line 11"]),
        ("ARG A¦PP=/new", "APP", ["**No effect:** `ENV APP` on line 11 wins"]),
        ("ARG LO¦NE", "LONE", ["unset unless the build is given `--build-arg LONE=…`"]),
        ("ARG D=1\nENV E¦=$D", "E", ["**`E`** = `1`"]),
        ("ENV NODE_E¦NV=production", "NODE_ENV", ["development dependencies"]),
        ("LABEL org.opencontainers.image.sou¦rce=x", "org.opencontainers.image.source", ["GitHub links"]),
        ("FROM a:1\nRUN echo $LEV¦EL", "$LEVEL", ["belongs to stage `build`, which this stage is not built on"]),
        ("FROM build\nRUN echo $LEV¦EL", "$LEVEL", ["= `debug`", "in stage `build`"]),
        ("ONBUILD RUN echo $A¦PP", "$APP", ["`APP`"]),
        ("USER $NOTH¦ING", "$NOTHING", ["Nothing in this file sets it"]),
    ],
)
def test_variables(line: str, about: str, says: list[str]) -> None:
    check(BUILD + line, about, *says)


@pytest.mark.parametrize(
    ("marked", "about", "says"),
    [
        ("ARG A=1\nFROM x:$¦A", "$A", "**`A`** = `1`"),
        ("ARG ¦A=1\nFROM x:$A", "A", "Used on line 2."),
        ("ARG A¦=1\nFROM x:1", "A", "No `FROM` line uses it."),
        ("ENV A=1\nFROM x:$¦A", "$A", "a `FROM` sees only `ARG`s above the first `FROM`"),
        ("FROM x:1\nARG A=1\nRUN echo $A\nFROM x:$¦A", "$A", "a `FROM` sees only `ARG`s above the first `FROM`"),
        ("ARG P=linux/amd64\nFROM --platform=$¦P x:1", "$P", "= `linux/amd64`"),
        ("FROM --platform=$BUILDPLAT¦FORM x:1", "$BUILDPLATFORM", "without emulation"),
    ],
)
def test_variables_before_the_first_from(marked: str, about: str, says: str) -> None:
    check(marked, about, says)


@pytest.mark.parametrize(
    "marked",
    [
        "FROM a:1\nARG V=1\nLABEL a='$¦V'",
        "FROM a:1\nARG V=1\nUSER \\$¦V",
        "FROM a:1\nENV V x\nSTOPSIGNAL ${¦V",
        "FROM a:1\nENV z ¦y",
        "FROM a:1\nRUN EXP¦OSE 8080",
        "FROM a:1\nRUN $A i¦nstall -y x",
        "FROM a:1\nRUN awk '{print $N¦F}' x",
        "FROM a:1\nCOPY a b --cho¦wn=x",
        "FROM a:1\n# comm¦ent",
        "FROM a:1\nRUN a \\\n  # com¦ment $HOME\n  b",
        "\n#syn¦tax=x",
        "¦",
        "  ¦  ",
        "FROM a:1\nLABEL ow¦n=1",
    ],
)
def test_nothing_is_said_where_there_is_nothing_to_say(marked: str) -> None:
    assert at(marked) is None


@pytest.mark.parametrize(
    ("marked", "about", "says"),
    [
        ("FROM pyth¦on", "python", ["**no tag**: the builder takes `python:latest`", "hub.docker.com/_/python"]),
        (
            "FROM node:22-al¦pine3.20",
            "node:22-alpine3.20",
            ["`22`: the newest 22.x", "on Alpine: musl", "version 3.20"],
        ),
        ("FROM php:8.4-f¦pm", "php:8.4-fpm", ["FastCGI", "`8.4`: the newest 8.4.x"]),
        ("FROM debian:bookworm-2025¦0811", "debian:bookworm-20250811", ["Debian 12", "the state of that day"]),
        ("FROM nginx:la¦test", "nginx:latest", ["whatever was published last", "Name a version"]),
        (
            "FROM redis:7.2.4@sha256:" + "0" * 10 + "¦" + "0" * 54,
            "redis:7.2.4@sha256:" + "0" * 64,
            ["exactly this content"],
        ),
        ("ARG V=3.12\nFROM py¦thon:$V-slim", "python:$V-slim", ["**`python:3.12-slim`**", "the newest 3.12.x"]),
        ("FROM scra¦tch", "scratch", ["empty image"]),
        ("FROM gcr.io/distroless/static-debian¦12:nonroot", "gcr.io/distroless/static-debian12:nonroot", ["65532"]),
        (
            "FROM ghcr.io/acme/shop/we¦b:1",
            "ghcr.io/acme/shop/web:1",
            ["github.com/acme/shop/pkgs/container/shop%2Fweb"],
        ),
        ("FROM acme/sh¦op:1", "acme/shop:1", ["hub.docker.com/r/acme/shop"]),
        ("FROM a:1 AS bu¦ild\nFROM b:1\nCOPY --from=build x y", "build", ["Stage **`build`**", "Used on line 3"]),
        ("FROM a:1 AS bu¦ild\nFROM b:1", "build", ["**Not needed** by the last stage"]),
        ("FROM a:1 AS o¦ne", "one", ["The last stage"]),
        ("FROM a:1 AS one\nFROM o¦ne", "one", ["Stage **`one`**, line 1", "Built on `a:1`"]),
        ("FROM a:1 AS one\nUSER x\nFROM b\nCOPY --from=ON¦E a b", "ONE", ["Stage **`one`**, line 1", "user `x`"]),
        ("FROM a:1\nFROM b:1\nCOPY --from=¦0 a b", "0", ["Stage **0**, line 1"]),
        ("FROM a:1\nCOPY --from=ng¦inx:1.27 a b", "nginx:1.27", ["No stage above has this name", "nginx on Debian"]),
        ("FROM a:1 AS o\nFROM b\nRUN --mount=from=¦o,target=/x y", "o", ["Stage **`o`**, line 1"]),
    ],
)
def test_images_and_stages(marked: str, about: str, says: list[str]) -> None:
    check(marked, about, *says)


@pytest.mark.parametrize(
    ("script", "about", "says"),
    [
        ("apt-¦get update", "apt-get", ["/var/lib/apt/lists", "--mount=type=cache,target=/var/cache/apt"]),
        ("apt-get up¦date", "update", ["in one `RUN`"]),
        ("sudo -E apt-get -o A=b ins¦tall -y curl", "install", ["**`apt-get install`**"]),
        ("apt-get install -y --no-install-rec¦ommends curl", "--no-install-recommends", ["only recommended"]),
        ("apt-get install -y¦qq curl", "-yqq", ["- **`-y`**: Answers yes", "- **`-q`**"]),
        ("apt-get install cu¦rl=8.5-1", "curl=8.5-1", ["Package **`curl`** of apt, version `8.5-1`"]),
        ("apt-get install cu¦rl", "curl", ["`curl=…` pins it"]),
        ("pip3.11 inst¦all x", "install", ["**`pip install`**"]),
        ("python3 -m pip install --no-cache-¦dir x", "--no-cache-dir", ["no built wheels"]),
        ("/venv/bin/pip install -r req¦uirements.txt", "requirements.txt", ["says what is installed"]),
        ("npm c¦i --omit=dev", "ci", ["exactly what `package-lock.json` says"]),
        ("npm ci --om¦it=dev", "--omit=dev", ["development dependencies"]),
        ("npm i @angular/c¦li@17", "@angular/cli@17", ["Package **`@angular/cli`** of npm, version `17`"]),
        ("yarn install --frozen-lock¦file", "--frozen-lockfile", ["`yarn.lock` would have to change"]),
        ("yarn cache cl¦ean", "clean", ["defeats a cache mount"]),
        ("go mod down¦load", "download", ["only `go.mod` and `go.sum`"]),
        ("apk add --virt¦ual .b gcc", "--virtual", ["`apk del NAME`"]),
        ("apk add --no-ca¦che curl", "--no-cache", ["no `apk update` before"]),
        ("dnf auto¦remove", "autoremove", ["Removes packages"]),
        ("conda install -¦y numpy", "-y", ["Answers yes"]),
        ("set -e¦ux", "-eux", ["`-e`", "`-u`", "`-x`"]),
        ("rm -rf /var/lib/apt/li¦sts/*", "/var/lib/apt/lists/*", ["package index"]),
        ("curl -fs¦SL x", "-fsSL", ["Fails on an HTTP error", "Follows redirects"]),
        ("tar x¦zf a.tgz", "xzf", ["Unpacks", "gzip"]),
        ("chown -¦R a b", "-R", ["`COPY --chown` costs nothing"]),
        ("chmod 77¦7 b", "777", ["others read/write/execute", "Everybody may write"]),
        ("chmod u+¦x b", "u+x", ["owner may also execute"]),
        ("useradd -¦l x", "-l", ["last-login"]),
        ("if true; then (cd x && npm c¦i); fi", "ci", ["**`npm ci`**"]),
        ("echo $(apt-get up¦date)", "update", ["**`apt-get update`**"]),
        ("bash -c 'pip ins¦tall x'", "install", ["**`pip install`**"]),
        ("${HOME}/bin/pip ins¦tall x", "install", ["**`pip install`**"]),
        ("uv r¦un x", "run", ["Runs a command in the project's environment"]),
    ],
)
def test_commands(script: str, about: str, says: list[str]) -> None:
    check(f"FROM a:1\nRUN {script}", about, *says)
    check(f"FROM a:1\nRUN <<EOF\n{script}\nEOF", about, *says)
    check(f"FROM a:1\nRUN true && \\\n    {script}", about, *says)


@pytest.mark.parametrize(
    ("line", "about", "says"),
    [
        ("EXPOSE 80¦80", "8080", ["**Port 8080/tcp**", "docker run -p 8080:8080"]),
        ("ARG P=5432\nEXPOSE $P/T¦CP", "$P/TCP", ["PostgreSQL"]),
        ("EXPOSE 8000-¦8010/udp", "8000-8010/udp", ["**Ports 8000 to 8010/udp**"]),
        ("USER ro¦ot", "root", ["may do everything"]),
        ("USER 10¦01", "1001", ["`runAsNonRoot`"]),
        ("RUN useradd -m app\nUSER a¦pp", "app", ["is created on line 2"]),
        ("USER app:s¦taff", "app:staff", ["`staff` is the only group"]),
        ("STOPSIGNAL SIG¦QUIT", "SIGQUIT", ["graceful stop for nginx"]),
        ("STOPSIGNAL ¦9", "9", ["cannot be caught"]),
        ("STOPSIGNAL te¦rm", "term", ["The default of `docker stop`"]),
        ("WORKDIR /a\nWORKDIR ¦b", "b", ["**`/a/b`**", "it continues `/a`"]),
        ("WORKDIR /a\nCOPY x y ¦./z/", "./z/", ["**`/a/z/`**", "a folder"]),
        ("COPY x /y¦", "/y", ["**`/y`**"]),
        ("COPY x y /z¦", "/z", ["must end in `/`"]),
        ("COPY <<E¦OF /x\na\nEOF", "<<EOF", ["**Line 3**, variables expanded"]),
        ("RUN <<-'EOF'\na\nb\nEO¦F", "EOF", ["**Lines 3 to 4**, taken literally, leading tabs dropped"]),
        ('CMD ["a¦pp"]', '["app"]', ["**Exec form**"]),
        ("ENTRYPOINT ap¦p", "app", ["`CMD` and the arguments of `docker run` are ignored"]),
        ("ENTRYPOINT exec ap¦p", "exec app", ["gets the signals"]),
        ('SHELL ["/bin/bash", "-o", "pipe¦fail", "-c"]', '"pipefail"', ["any part of it fails"]),
    ],
)
def test_arguments(line: str, about: str, says: list[str]) -> None:
    check(f"FROM debian:13\n{line}", about, *says)


def test_the_page_of_a_rule_comes_before_the_word() -> None:
    text = "FROM python\n"
    found = hover(analyse(text), text.index("python") + 2)
    assert found is not None
    assert found.markdown.startswith("**[pin/untagged-image](http")
    page, _, word = found.markdown.partition("\n\n---\n\n")
    assert "**Why**" in page
    assert "\n## " not in page
    assert word.startswith("**`python`**")
    assert found.span.of(text) == "python"


def test_the_gravest_finding_comes_first_with_its_fixes_and_why() -> None:
    text = "FROM python:3.12-slim\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
    found = hover(analyse(text), text.index("pip") + 1)
    assert found is not None
    warning, hint, word = found.markdown.split("\n\n---\n\n")
    assert warning.startswith("**[size/download-cache-left](http")
    assert "**Quick fix**: Add `--no-cache-dir`; or: " in warning
    assert warning.index("**Quick fix**") < warning.index("**Why**") < warning.index("**Example**")
    assert hint.startswith("**[cache/missing-cache-mount](http")
    assert word.startswith("`pip` installs Python packages")


def test_a_hint_says_its_message_since_editors_do_not() -> None:
    text = "FROM python:3.12-slim\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
    analysis = analyse(text)
    found = hover(analysis, text.index("pip") + 1)
    assert found is not None
    messages = {each.rule.id: each.message for each in analysis.findings}
    assert messages["cache/missing-cache-mount"] in found.markdown
    assert messages["size/download-cache-left"] not in found.markdown


def test_a_squiggle_without_a_word_shows_the_page_alone() -> None:
    text = "FROM python:3.13\nWHAT is this\n"
    found = hover(analyse(text), text.index("WHAT") + 1)
    assert found is not None
    assert found.markdown.startswith("**[build/syntax]")
    assert "\n---\n" not in found.markdown


def test_the_form_of_the_text_does_not_matter() -> None:
    marked = BUILD + "RUN echo $A¦PP && apt-get install -y curl\n"
    plain = at(marked)
    windows = at(marked.replace("\n", "\r\n"))
    assert plain is not None
    assert windows is not None
    assert plain.markdown == windows.markdown


WORDS = ("FROM", "RUN", "COPY", "ENV", "ARG", "$A", "${A:-b}", "--from=", "A=b", "AS", "b", "\\\n", "\n", " ", "<<E", "'", '"', "[", "apt-get install", "ONBUILD", "é", "🚀", "#", "--mount=type=cache,", "E\n", ":", "python")  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join), st.data())
def test_any_text_gives_an_answer_that_fits(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    found = word_hover(analyse(text), offset)
    if found:
        assert found.span.contains(offset)
        assert 0 <= found.span.start <= found.span.end <= len(text)
        assert found.markdown.strip()

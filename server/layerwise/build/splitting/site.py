"""Static sites that Node builds: which folder is served, how, and the nginx that serves it instead.

Reads the scripts of ``package.json`` where the context shows it. What a server is told that nginx can't do is refused.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from layerwise.build.dependencies.folders import absolute
from layerwise.build.model import Stage, Step
from layerwise.build.splitting.contract import UnsplittableError
from layerwise.build.splitting.interpreted import refuse_mounted
from layerwise.build.splitting.starting import Start, names_in
from layerwise.build.splitting.writing import Layout, Part, Place, Plan, head_of
from layerwise.context.tree import ContextTree
from layerwise.knowledge.sites import BUILDERS, DEVELOPMENT, NGINX, NGINX_OF_A_USER, SERVERS, SiteServer
from layerwise.shell.tree import Command
from layerwise.syntax.tree import (
    Arg,
    Cmd,
    Entrypoint,
    Env,
    Expose,
    Healthcheck,
    Heredoc,
    Label,
    Onbuild,
    Run,
    Stopsignal,
    Transfer,
    Volume,
)
from layerwise.text.patterns import regex

_RUNNERS = ("npx", "npm", "yarn", "pnpm", "bunx", "pnpx")
_DEPTH = 4
_PORT = regex(r"(?:.*:)?(\d{1,5})")
_PLAIN = regex(r"[\w./:@=, -]+")
_HTML = "/usr/share/nginx/html"
_ROOT = ("", "root", "0")


class Site(Struct, frozen=True):
    """``folder`` is absolute. ``is_single``: any path that is no file is answered by the first page."""

    server: str
    folder: str
    port: int
    is_single: bool
    compresses: bool
    image: str
    notes: list[str] = field(default_factory=list)

    def lines(self, escape: str) -> Iterator[str]:
        """The RUN that tells nginx what to serve, line by line."""
        fallback = "$uri $uri/ /index.html" if self.is_single else "$uri $uri.html $uri/ =404"
        settings = ["server {", f"    listen {self.port};", f"    root {_HTML};", "    absolute_redirect off;"]
        if not self.is_single:
            settings.append("    error_page 404 /404.html;")
        if self.compresses:
            settings += [
                "    gzip on;",
                "    gzip_types text/css text/javascript application/javascript application/json;",
            ]
        settings += ["    location / {", f"        try_files {fallback};", "    }"]
        yield f"RUN printf '%s\\n' {escape}"
        yield from (f"    '{line}' {escape}" for line in settings)
        yield "    '}' > /etc/nginx/conf.d/default.conf"

    @property
    def copy(self) -> tuple[str, str]:
        return self.folder, _HTML


def site_of(stage: Stage, start: Start, files: ContextTree | None) -> Site | None:
    """The static site that a final stage builds and serves; None where it is a program that runs.

    :raises UnsplittableError: for a site that another server would answer otherwise.
    """
    words = _words(stage, start, files)
    server = posixpath.basename(words[0]) if words else ""
    if not _builds(stage):
        return None
    if server in SERVERS:
        found = _served(server, SERVERS[server], words[1:], start, stage)
    elif server in DEVELOPMENT and _develops(words):
        found = _developed(server, words[1:], start, stage, files)
    else:
        return None
    _refuse_probes(stage)
    return found


def served(stage: Stage, site: Site) -> Plan:
    """The plan of a static site: what is built, behind nginx. All commands and settings are those of the build."""
    final = [step for step in stage.steps[1:] if step.kind in (Expose, Label, Healthcheck)]
    names = {name for step in final for name in names_in(step)}
    parts, left = [], list[str]()
    for step in stage.steps[1:]:
        place = Place.BUILD
        if step in final:
            place = Place.FINAL
        elif step.kind in (Cmd, Entrypoint, Volume, Stopsignal):
            place = Place.NOWHERE
            left.append(f"`{step.instruction.keyword.text.upper()}`")
        elif isinstance(step.instruction, Env):
            keys = [pair.key.text for pair in step.instruction.pairs]
            place = Place.BUILD if names.isdisjoint(keys) else Place.BOTH
            left += [f"`{key}`" for key in keys if place is Place.BUILD]
        elif step.kind is Onbuild:
            raise UnsplittableError("it has an ONBUILD, for other builds")
        parts.append(Part(step, place))
    known = {name for part in parts if part.place is Place.BOTH for name in _keys(part.step)}
    known |= {name for part in parts if part.step.kind is Arg for name in _keys(part.step)}
    if not names <= known:
        raise UnsplittableError(f"`${min(names - known)}` is a variable of its image")
    layout = Layout(f"{head_of(stage)} {site.image}", parts, 1, first=list(site.lines(stage.steps[0].escape)))
    refuse_mounted(stage, [site.folder])
    return Plan(layout, "Node", site.image, [site.copy], "", list(site.notes), left, _title(site))


def _title(site: Site) -> str:
    return f"Split into stages: build the site, serve it by {site.image} at port {site.port}"


def _keys(step: Step) -> list[str]:
    instruction = step.instruction
    return [pair.key.text for pair in instruction.pairs] if isinstance(instruction, (Env, Arg)) else []


def _words(stage: Stage, start: Start, files: ContextTree | None) -> list[str]:
    """What is really started, behind npx and the scripts of the project; nothing where that is not known."""
    words = list(start.words)
    for _ in range(_DEPTH):
        runner = posixpath.basename(words[0]) if words else ""
        if runner not in _RUNNERS:
            return words
        rest = [word for word in words[1:] if word not in ("-y", "--yes", "--silent")]
        if runner in ("npx", "bunx", "pnpx") or rest[:1] in (["exec"], ["dlx"]):
            words = rest if runner in ("npx", "bunx", "pnpx") else rest[1:]
            words = words[1:] if words[:1] == ["--"] else words
            continue
        named = rest[1:] if rest[:1] in (["run"], ["run-script"]) else rest
        script = _script(stage, named[0] if named else "start", files)
        if script is None or not _PLAIN.fullmatch(script):
            return []
        words = [*script.split(), *(rest[rest.index("--") + 1 :] if "--" in rest else [])]
    return []


def _script(stage: Stage, name: str, files: ContextTree | None) -> str | None:
    manifest = _manifest(stage, files)
    scripts = manifest.get("scripts") if isinstance(manifest, dict) else None
    script = scripts.get(name) if isinstance(scripts, dict) else None
    return script if isinstance(script, str) and script.strip() else None


def _manifest(stage: Stage, files: ContextTree | None) -> object:
    for text in texts_of(stage, files, "package.json"):
        try:
            return json.loads(text)
        except ValueError:
            return None
    return None


def texts_of(stage: Stage, files: ContextTree | None, name: str) -> Iterator[str]:
    """The files of a name that are copied into the project."""
    if files is None:
        return
    for step in stage.steps:
        instruction = step.instruction
        if not isinstance(instruction, Transfer) or instruction.flag("from") is not None:
            continue
        for source in instruction.sources:
            value = None if isinstance(source, Heredoc) else step.value(source.text)
            for path in files.glob(value) if value else ():
                found = f"{path}/{name}" if files.is_folder(path) else path
                text = files.read(found) if posixpath.basename(found) == name else None
                if text is not None:
                    yield text


def _builds(stage: Stage) -> bool:
    return any(map(_is_build, _commands(stage)))


def _commands(stage: Stage) -> Iterator[Command]:
    for step in stage.steps:
        if step.kind is Run and step.script is not None:
            yield from step.script.commands


def _is_build(command: Command) -> bool:
    words = [word.value or "" for word in command.arguments]
    if command.program in ("npm", "yarn", "pnpm", "bun"):
        names = [word for word in words if not word.startswith("-") and word not in ("run", "run-script")]
        return bool(names) and names[0].partition(":")[0] in ("build", "generate", "export")
    if command.program in ("npx", "bunx"):
        names = [word for word in words if not word.startswith("-")]
        return len(names) > 1 and names[0] in BUILDERS and "build" in names
    return command.program in BUILDERS and "build" in words


def _served(server: str, row: SiteServer, words: Sequence[str], start: Start, stage: Stage) -> Site:
    port, folder = 0, ""
    is_single = row.is_single
    index = 0
    while index < len(words):
        flag, equals, value = words[index].partition("=")
        if not flag.startswith("-"):
            if folder or "$" in flag:
                raise UnsplittableError(f"which folder `{server}` serves is not known")
            folder = words[index]
        elif flag in row.ports:
            index += not equals
            port = _port(value if equals else (words[index] if index < len(words) else ""), server)
        elif flag in row.single:
            is_single = True
        elif flag in row.ignored_values:
            index += not equals
        elif flag not in row.ignored and not any(flag.startswith(each) for each in row.ignored_starts):
            raise UnsplittableError(f"`{flag}` tells `{server}` something that another server does not know")
        index += 1
    path = absolute(folder or row.folder, start.folder)
    if path is None or path in ("/", start.folder):
        raise UnsplittableError(f"`{server}` serves the folder of the project itself")
    notes = [_answers(server)]
    if not port:
        port = _default_port(server, row.port, stage)
        notes.append(_UNTOLD)
    return _for_its_user(Site(server, path, port, is_single, row.compresses, NGINX, notes), stage)


_UNTOLD = "nothing sets another `PORT` when the container starts"


def _default_port(server: str, usual: int, stage: Stage) -> int:
    told = stage.steps[-1].after.lookup("PORT")
    return usual if told is None else _port(told.value or "", server)


def _answers(server: str) -> str:
    return f"nginx may answer instead of `{server}`: with other headers, and without its settings and lists of files"


def _port(text: str, server: str) -> int:
    match = _PORT.fullmatch(text)
    if match is None or not 0 < int(match[1]) < 65536:
        raise UnsplittableError(f"at which port `{server}` answers is not known")
    return int(match[1])


def _develops(words: Sequence[str]) -> bool:
    subcommands = DEVELOPMENT[posixpath.basename(words[0])].subcommands
    first = next((word for word in words[1:] if not word.startswith("-")), "")
    return first in subcommands


def _developed(server: str, words: Sequence[str], start: Start, stage: Stage, files: ContextTree | None) -> Site:
    """A server for development, of a project that is built beforehand."""
    row = DEVELOPMENT[server]
    is_preview = "preview" in words
    settings = [text for name in row.settings for text in texts_of(stage, files, name)]
    port = row.preview if is_preview else row.port
    reads_variable = server == "react-scripts"
    if reads_variable:
        port = _default_port(server, port, stage)
    elif any("port" in text.lower().replace("export", "").replace("import", "") for text in settings):
        port = _exposed(stage, server)
    for index, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if flag in ("--port", "-p"):
            port = _port(value if equals else "".join(words[index + 1 : index + 2]), server)
    folder = row.folder if server != "ng" else _angular(stage, files)
    build = _script(stage, "build", files) or ""
    if files is None or any(word in text for text in (*settings, build) for word in row.elsewhere):
        raise UnsplittableError(f"where `{server}` puts what it builds is not known")
    path = absolute(folder, start.folder)
    assert path is not None
    notes = [f"`{path}` is what the build makes"]
    if is_preview:
        notes.insert(0, _answers(server))
    else:
        notes.insert(0, f"nobody develops in it: `{server}` serves the source, nginx what is built")
    if reads_variable:
        notes.append(_UNTOLD)
    return _for_its_user(Site(server, path, port, True, False, NGINX, notes), stage)


def _angular(stage: Stage, files: ContextTree | None) -> str:
    """Where the only project of an ``angular.json`` is built to."""
    for text in texts_of(stage, files, "angular.json"):
        try:
            projects = json.loads(text)["projects"]
            (name,) = projects
            build = projects[name]["architect"]["build"]
            path = build.get("options", {}).get("outputPath", f"dist/{name}")
            if isinstance(path, str):
                return f"{path}/browser" if build["builder"].endswith(":application") else path
        except (ValueError, KeyError, TypeError, AttributeError):
            break
    raise UnsplittableError("where `ng` puts what it builds is not known")


def _exposed(stage: Stage, server: str) -> int:
    words = [word.text for step in stage.steps if step.kind is Expose for word in step.instruction.arguments]
    return _port(words[0].removesuffix("/tcp") if len(words) == 1 else "", server)


def _for_its_user(site: Site, stage: Stage) -> Site:
    user = (stage.steps[-1].after.user or "").partition(":")[0]
    if user in _ROOT:
        return site
    if site.port < 1024:
        raise UnsplittableError(f"the user `{user}` may not answer at port {site.port} everywhere")
    return replace(
        site, image=NGINX_OF_A_USER, notes=[*site.notes, f"it may run as the user `nginx` instead of `{user}`"]
    )


def _refuse_probes(stage: Stage) -> None:
    """A probe must find its program in the image of nginx, and the server by the name that it asks for."""
    for step in stage.steps:
        if step.kind is not Healthcheck or not step.instruction.arguments:
            continue
        words = [word.text for word in step.instruction.arguments]
        if words[0].upper() == "NONE":
            continue
        text = " ".join(words)
        programs = (
            {each.program for each in step.script.commands} if step.script else {words[0].strip('["').partition('"')[0]}
        )
        if not programs <= {"curl", "wget", "exit"} or ("wget" in programs and "localhost" in text):
            raise UnsplittableError("its HEALTHCHECK may not work in the image of nginx")

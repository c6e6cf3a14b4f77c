"""What installs read: which commands are installs, which files they need, and what speaks against moving them."""

import pytest

from layerwise.build import build
from layerwise.build.dependencies import (
    Install,
    Needs,
    View,
    installs_of,
    late_installs,
    needs_of,
    placed_commands,
    span_of,
    survey,
    working_directories,
)
from layerwise.build.model import Stage
from layerwise.context import ContextTree, MemoryFiles, locate
from layerwise.syntax import parse

HEAD = "FROM busybox\nENV WEB=web\nWORKDIR /app\nCOPY . .\n"


def stage_of(text: str) -> Stage:
    return build(parse(text)).stages[-1]


def installs_in(run: str) -> list[Install]:
    stage = stage_of(HEAD + run + "\n")
    return list(installs_of(stage.steps[-1], working_directories(stage)[-1]))


# Each row: a RUN, and for each install in it how people call it, and its folder or files.
COMMANDS = [
    ("RUN npm ci", ["npm ci in /app"]),
    ("RUN cd $WEB && npm ci", ["npm ci in /app/web"]),
    ('RUN cd "${WEB}" && npm ci', ["npm ci in /app/web"]),
    ("RUN (cd web && npm ci) && yarn", ["npm ci in /app/web", "yarn in /app"]),
    ("RUN { cd web; npm ci; } && yarn", ["npm ci in /app/web", "yarn in /app/web"]),
    ("RUN cd web; cd ..; pnpm i", ["pnpm i in /app"]),
    ("RUN if [ -d web ]; then cd web; fi; npm ci", []),
    ("RUN cd $UNKNOWN && npm ci", []),
    ("RUN cd $UNKNOWN && cd /srv && npm ci", ["npm ci in /srv"]),
    ("RUN npm --prefix web ci", ["npm ci in /app/web"]),
    ("RUN npm ci --prefix=/srv/web", ["npm ci in /srv/web"]),
    ("RUN yarn --cwd web install", ["yarn install in /app/web"]),
    ("RUN sh -c 'cd web && npm ci'", ["npm ci in /app/web"]),
    ('RUN ["npm", "ci"]', ["npm ci in /app"]),
    ("RUN <<EOT\ncd web\nnpm ci\nEOT", ["npm ci in /app/web"]),
    ("RUN corepack pnpm install", ["corepack pnpm install in /app"]),
    ("RUN npm install express", []),
    ("RUN npm install -g npm@11 && npm i --location=global x", []),
    ("RUN yarn global add x && yarn add y && yarn build", []),
    ("RUN for d in a b; do (cd $d && npm ci); done", []),
    ("RUN pip install flask", []),
    ("RUN pip install -r requirements.txt", ["pip install of /app/requirements.txt"]),
    ("RUN pip install -rdev.txt -c c.txt flask", ["pip install of /app/dev.txt /app/c.txt"]),
    ("RUN python3 -m pip install --requirement=/srv/r.txt", ["python3 -m pip install of /srv/r.txt"]),
    ("RUN cd web && pip install -r ../r.txt", ["pip install of /app/r.txt"]),
    ("RUN pip install -r $UNKNOWN", []),
    ("RUN pip install -r https://example.org/r.txt", []),
    ("RUN pip install .", ["pip install builds ."]),
    ("RUN pip install -e ./lib[dev]", ["pip install builds ./lib[dev]"]),
    ("RUN pip install ./dist/*.whl dist/a.whl", []),
    ("RUN uv pip install -r r.txt", ["uv pip install of /app/r.txt"]),
    ("RUN uv pip sync r.txt", ["uv pip sync of /app/r.txt"]),
    ("RUN uv sync --directory web", ["uv sync in /app/web"]),
    ("RUN uv tool install ruff && uv python install 3.12", []),
    (
        "RUN poetry install && pipenv sync && pdm sync",
        ["poetry install in /app", "pipenv sync in /app", "pdm sync in /app"],
    ),
    ("RUN conda env create -f e.yml", ["conda env create of /app/e.yml"]),
    ("RUN conda env update", ["conda env update of /app/environment.yml"]),
    ("RUN conda install numpy", []),
    ("RUN composer install", ["composer install in /app"]),
    ("RUN php composer.phar install -d web", ["php composer.phar install in /app/web"]),
    ("RUN composer global require x && composer require y", []),
    ("RUN bundle install --gemfile=web/Gemfile", ["bundle install of /app/web/Gemfile"]),
    ("RUN go mod download", ["go mod download in /app"]),
    ("RUN go build ./...", ["go build in /app, on the way"]),
    ("RUN go install example.org/a@latest", []),
    ("RUN go build -mod=vendor ./...", []),
    ("RUN cargo build --manifest-path web/Cargo.toml", ["cargo build of /app/web/Cargo.toml, on the way"]),
    ("RUN cargo install ripgrep", []),
    ("RUN mvn -B clean package", ["mvn package in /app, on the way"]),
    ("RUN mvn -f web/pom.xml dependency:go-offline", ["mvn dependency:go-offline of /app/web/pom.xml"]),
    ("RUN mvn -o package", []),
    ("RUN ./gradlew :web:bootJar --no-daemon", ["gradlew bootJar in /app, on the way"]),
    ("RUN dotnet restore web/a.csproj", ["dotnet restore of /app/web/a.csproj"]),
    ("RUN dotnet restore web", ["dotnet restore in /app/web"]),
    ("RUN dotnet publish --no-restore", []),
    ("RUN dotnet tool restore", []),
    ("RUN mix deps.get", ["mix deps.get in /app"]),
    ("RUN flutter pub get", ["flutter pub get in /app"]),
    ("RUN sbt update", ["sbt update in /app"]),
    ("RUN R -e 'renv::restore()'", ["renv::restore() in /app"]),
    ("RUN R -e 'install.packages(\"x\")'", []),
]


@pytest.mark.parametrize(("run", "expected"), COMMANDS, ids=[row[0] for row in COMMANDS])
def test_installs(run: str, expected: list[str]) -> None:
    found = []
    for install in installs_in(run):
        where = f"of {' '.join(install.named)}" if install.named else f"in {install.folder}"
        where = f"builds {install.own}" if install.own else where
        found.append(f"{install.title} {where}" + (", on the way" if install.builds else ""))
    assert found == expected


def test_the_folder_of_each_command() -> None:
    stage = stage_of("FROM busybox\nWORKDIR /a\nRUN x && cd b && y; (cd c; z) | w; cd /d || v; cd - && u\n")
    placed = placed_commands(stage.steps[-1], working_directories(stage)[-1])
    assert {each.command.program: each.folder for each in placed if each.command.program != "cd"} == {
        "x": "/a",
        "y": "/a/b",
        "z": "/a/b/c",
        "w": "/a/b",
        "v": "/d",
        "u": None,
    }


def test_working_directories_of_an_unknown_base() -> None:
    stage = stage_of("FROM example.org/x\nWORKDIR a\nRUN x\nWORKDIR /b\nWORKDIR c\nRUN y\n")
    folders = working_directories(stage)
    assert folders[2].startswith(folders[1])
    assert folders[2] != folders[1]
    assert folders[-1] == "/b/c"


def tree_of(files: dict[str, str]) -> ContextTree:
    return locate(
        "/p/Dockerfile", MemoryFiles({"/p/Dockerfile": "", **{f"/p/{path}": text for path, text in files.items()}})
    )


def needs(run: str, files: dict[str, str]) -> Needs:
    stage = stage_of(HEAD + run + "\n")
    tree = tree_of(files)
    copies = [work.copied for work in survey(stage, tree) if work.copied is not None]
    install = installs_of(stage.steps[-1], "/app")[0]
    return needs_of(install, View(tree, copies))


# Each row: an install, the context, and a word of the reason why it may need more than the manifests.
REASONS = [
    ("npm ci", {"package.json": '{"scripts": {"prepare": "tsc"}}'}, "prepare"),
    ("npm ci", {"package.json": "{}", "binding.gyp": ""}, "binding.gyp"),
    ("npm ci", {"package.json": '{"dependencies": {"a": "link:./a"}}'}, "link:./a"),
    ("npm ci", {"package.json": "{"}, "cannot be read"),
    ("npm ci", {"package.json": '{"scripts": {"prepare": "husky"}}', ".git/HEAD": ""}, "prepare"),
    ("npm ci", {"package.json": '{"workspaces": ["a"]}', "a/package.json": '{"bin": "x.js"}'}, "bin"),
    ("yarn", {"package.json": '{"resolutions": {"a": "patch:a@1#./gone.patch"}}'}, "gone.patch"),
    ("pip install -r r.txt", {"r.txt": "./lib\n", "lib/setup.py": ""}, "./lib"),
    ("pip install -r r.txt", {"r.txt": "a @ file:///srv/a\n"}, "file:///srv/a"),
    ("pip install -r r.txt", {"r.txt": "-r more.txt\n"}, "more.txt"),
    ("pip install -r r.txt", {"r.txt": "--find-links wheels\n"}, "wheels"),
    ("pip install -r r.txt -t .", {"r.txt": "a\n"}, "order of writing"),
    ("uv sync --no-install-project", {"pyproject.toml": "[tool.uv.sources]\na = {workspace = true}"}, "`a`"),
    ("uv sync", {"pyproject.toml": "[tool.uv.workspace]\nmembers = ['a']"}, "workspace"),
    ("poetry install --no-root", {"pyproject.toml": "[tool.poetry.group.dev.dependencies]\nb = {path = 'b'}"}, "`b`"),
    ("poetry install --no-root", {"pyproject.toml": "= ="}, "cannot be read"),
    ("pipenv install", {"Pipfile": "[packages]\na = {path = '.', editable = true}"}, "`a`"),
    ("pdm sync --no-self", {"pyproject.toml": '[project]\ndependencies = ["a @ file:///x"]'}, "`a`"),
    ("conda env create -f e.yml", {"e.yml": "dependencies:\n- pip:\n  - -e .\n"}, "`.`"),
    ("composer install --no-scripts", {"composer.json": '{"repositories": [{"type": "path", "url": "lib"}]}'}, "lib"),
    ("composer install --no-scripts", {"composer.json": '{"require": {"symfony/flex": "*"}}'}, "symfony/flex"),
    ("bundle install", {"Gemfile": "gem 'a', path: 'a'"}, "path:"),
    ("bundle install", {"Gemfile": "gem 'a'", "Gemfile.lock": "PATH\n  remote: a"}, "Gemfile.lock"),
    ("go mod download", {"go.mod": "replace a => ./gone"}, "gone"),
    ("cargo fetch", {"Cargo.toml": "[package]"}, "without the sources"),
    ("cargo fetch", {"Cargo.toml": "[package]\n[dependencies]\na = {path = 'a'}", "src/lib.rs": ""}, "`a/Cargo.toml`"),
    ("cargo fetch", {"Cargo.toml": "[package]\n[lib]\npath = 'x.rs'"}, "`x.rs`"),
    ("mvn dependency:go-offline", {"pom.xml": "<project><modules><module>gone</module></modules></project>"}, "gone"),
    ("mvn dependency:resolve", {"pom.xml": "<project><a><systemPath>x</systemPath></a></project>"}, "by its path"),
    ("mvn dependency:resolve", {"pom.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><project>&b;</project>"}, "cannot be read"),
    ("dotnet restore", {"a.csproj": '<Project><Import Project="b.props"/></Project>'}, "b.props"),
    ("dotnet restore", {"a.csproj": "<Project><A Condition=\"Exists('x')\"/></Project>"}, "condition"),
    ("dotnet restore", {"a.csproj": '<Project><ProjectReference Include="$(X)b.csproj"/></Project>'}, "$(X)"),
    ("dart pub get", {"pubspec.yaml": "dependencies:\n  a:\n    path: ../a\n"}, "`a`"),
    ("flutter pub get", {"pubspec.yaml": "flutter:\n  generate: true\n"}, "generate"),
    ("mix deps.get", {"mix.exs": ""}, "programs"),
    ("sbt update", {"build.sbt": ""}, "programs"),
    ("R -e 'renv::restore()'", {"renv.lock": "{}", ".Rprofile": "source('x.R')"}, ".Rprofile"),
    ("npm ci", {"package.json": "{}", "node_modules/a/b": ""}, "node_modules"),
    ("composer install --no-scripts", {"composer.json": "{}", "vendor/a": ""}, "vendor"),
    ("uv sync", {"pyproject.toml": "", ".venv/a": ""}, ".venv"),
    ("npm ci", {}, "not in sight"),
    ("pip install -r r.txt", {"other.txt": ""}, "not in sight"),
]


@pytest.mark.parametrize(("run", "files", "word"), REASONS, ids=[f"{row[0]}: {row[2]}" for row in REASONS])
def test_reasons(run: str, files: dict[str, str], word: str) -> None:
    found = needs(f"RUN {run}", files)
    assert any(word.lower() in reason.lower() for reason in found.reasons), found


# Each row: an install that needs nothing but manifests, the context, and what it reads.
FILES = [
    ("npm ci", {"package.json": "{}", "npm-shrinkwrap.json": "", "a.js": ""}, "npm-shrinkwrap.json package.json"),
    ("npm ci", {"package.json": '{"scripts": {"postinstall": "x"}}', ".npmrc": "ignore-scripts=true"}, ".npmrc package.json"),
    ("npm ci", {"package.json": '{"workspaces": {"packages": ["a/*"]}}', "a/b/package.json": "{}"}, "a/b/package.json package.json"),
    ("yarn", {"package.json": "{}", ".yarnrc": 'yarn-path "x/yarn.cjs"', "x/yarn.cjs": ""}, ".yarnrc package.json x/yarn.cjs"),
    ("bun i", {"package.json": '{"patchedDependencies": {"a@1": "p/a.patch"}}', "p/a.patch": ""}, "p/a.patch package.json"),
    ("pip install -r r.txt", {"r.txt": "\ufeff-r r.txt\n-c c.txt\n--index-url https://x/y\na[b]>=1 ; c\n", "c.txt": ""}, "c.txt r.txt"),
    ("pip install -r r.txt", {"r.txt": "wheels/a.whl\n", "wheels/a.whl": ""}, "r.txt wheels/a.whl"),
    ("uv sync", {"pyproject.toml": "", "uv.lock": "", ".python-version": ""}, ".python-version pyproject.toml uv.lock"),
    ("go mod download", {"go.mod": "replace a => b v1", "go.work": "use (\n\t.\n\t./x\n)", "x/go.mod": ""}, "go.mod go.work x/go.mod"),
    ("mvn dependency:resolve", {"pom.xml": "<project/>", ".mvn/maven.config": ""}, ".mvn/maven.config pom.xml"),
    ("dotnet restore", {"a.sln": '"b\\b.csproj"', "b/b.csproj": "<a/>", "b/packages.lock.json": "", "global.json": ""},
     "a.sln b/b.csproj b/packages.lock.json global.json"),
    ("dart pub get", {"pubspec.yaml": "name: a", "pubspec.lock": ""}, "pubspec.lock pubspec.yaml"),
    ("conda env create -f e.yml", {"e.yml": "dependencies: [a, {pip: [b]}]"}, "e.yml"),
    ("R -e 'renv::restore()'", {"renv.lock": "{}", "renv/activate.R": ""}, "renv.lock renv/activate.R"),
]  # fmt: skip


@pytest.mark.parametrize(("run", "files", "expected"), FILES, ids=[f"{row[0]}: {row[2]}" for row in FILES])
def test_manifests(run: str, files: dict[str, str], expected: str) -> None:
    found = needs(f"RUN {run}", files)
    assert not found.reasons
    assert sorted(path.removeprefix("/app/") for path in found.files) == expected.split()


@pytest.mark.parametrize(
    ("run", "files"),
    [
        ("uv sync", {"pyproject.toml": "[build-system]"}),
        ("poetry install", {"pyproject.toml": "[tool.poetry]"}),
        ("pdm install", {"pyproject.toml": "[build-system]"}),
        ("composer install", {"composer.json": '{"scripts": {"post-install-cmd": "x"}}'}),
        ("composer install -o", {"composer.json": "{}"}),
        ("composer install", {"composer.json": '{"autoload": {"classmap": ["a"]}}'}),
    ],
)
def test_the_project_is_built_too(run: str, files: dict[str, str]) -> None:
    found = needs(f"RUN {run}", files)
    assert found.builds_project
    assert not found.reasons


def test_a_yaml_file_of_aliases_has_an_end() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    files = {"package.json": "{}", "pnpm-workspace.yaml": "\n".join(lines) + "\npackages: *a39\n"}
    assert needs("RUN pnpm install", files).files


def test_works_are_kept_across_edits() -> None:
    text = HEAD + "RUN npm ci\nRUN make\n"
    first = build(parse(text))
    dockerfile = parse(text.replace("RUN make", "RUN make all"), first.dockerfile)
    second = build(dockerfile, previous=first)
    before, after = survey(first.stages[0], None), survey(second.stages[0], None)
    assert [one is two for one, two in zip(before, after, strict=True)] == [True] * 5 + [False]
    assert span_of(second.stages[0], 5).of(dockerfile.text) == "RUN make all"


def test_late_installs_of_two_projects() -> None:
    text = (
        "FROM busybox\nCOPY backend /backend\nRUN pip install -r /backend/requirements.txt\n"
        "COPY frontend /frontend\nRUN cd /frontend && npm ci\n"
    )
    works = survey(stage_of(text), None)
    found = late_installs(works, None, has_parent=False)
    assert [(late.first.destination, [each.title for _, each in late.installs]) for late in found] == [
        ("/backend", ["pip install"]),
        ("/frontend", ["npm ci"]),
    ]

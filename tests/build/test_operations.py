"""What a command does with a package manager, and which of its words are packages, options and manifests."""

from __future__ import annotations

import pytest

from layerwise.build import PackageOperation, build
from layerwise.syntax import parse


def operations_in(command: str) -> tuple[PackageOperation, ...]:
    return build(parse(f"FROM debian\nRUN {command}\n")).stages[0].steps[-1].operations


def told(command: str) -> list[str]:
    """Each operation as ``manager: operation (phrase) packages < manifests``."""
    return [
        f"{each.manager.name}: {each.operation.value} ({each.phrase})"
        + "".join(f" {word.value or word.text}" for word in each.packages)
        + (" < " + " ".join(str(word.value) for word in each.manifests) if each.manifests else "")
        for each in operations_in(command)
    ]


COMMANDS = {
    # Distributions
    'apt-get -y -t bookworm-backports install --no-install-recommends curl=1.2 "git" $X': [
        "apt: install (install) curl=1.2 git $X"
    ],
    "apt-get -qqyt stable install a": ["apt: install (install) a"],
    "apt-get install -ytstable a": ["apt: install (install) a"],
    "apt-get -o Acquire::Retries=3 update": ["apt: update index (update)"],
    "apt-get -oAcquire::Retries=3 update": ["apt: update index (update)"],
    "apt dist-upgrade -y": ["apt: upgrade (dist-upgrade)"],
    "apt-get purge --auto-remove -y a && apt-get clean": ["apt: remove (purge) a", "apt: clean (clean)"],
    "aptitude -y install a": ["aptitude: install (install) a"],
    "apt-mark hold a; apt-cache policy; dpkg -i x.deb": [],
    "apk add -U --no-cache --virtual .deps gcc": ["apk: update index ()", "apk: install (add) gcc"],
    "apk --update add curl": ["apk: update index ()", "apk: install (add) curl"],
    "apk add -t .deps gcc": ["apk: install (add) gcc"],
    "apk del .deps": ["apk: remove (del) .deps"],
    "yum -y --enablerepo epel install git": ["yum: install (install) git"],
    "dnf -y --setopt=install_weak_deps=False install git": ["dnf: install (install) git"],
    "dnf group install -y 'Development Tools'": ["dnf: install (group install) Development Tools"],
    "dnf5 upgrade -y": ["dnf: upgrade (upgrade)"],
    "microdnf install a": ["microdnf: install (install) a"],
    "tdnf clean all": ["tdnf: clean (clean) all"],
    "zypper -n in -t pattern devel": ["zypper: install (in) devel"],
    "zypper --non-interactive --gpg-auto-import-keys refresh": ["zypper: update index (refresh)"],
    "pacman -Syu --noconfirm git": ["pacman: update index ()", "pacman: upgrade ()", "pacman: install () git"],
    "pacman -Sc": ["pacman: clean ()"],
    "pacman -Rns git": ["pacman: remove () git"],
    "pacman --sync --refresh git": ["pacman: update index ()", "pacman: install () git"],
    "pacman -Q": [],
    "emerge --sync": ["emerge: update index ()"],
    "emerge -q -j 4 dev-vcs/git": ["emerge: install () dev-vcs/git"],
    "emerge-webrsync": ["emerge: update index ()"],
    # Python
    "pip install -rreq.txt -c c.txt --requirement=dev.txt -e . flask==2": [
        "pip: install (install) . flask==2 < req.txt c.txt dev.txt"
    ],
    "pip3.11 --no-input install -U pip": ["pip: install (install) pip"],
    "pip install --editable=./lib": ["pip: install (install) ./lib"],
    "pip install --target /x -i https://pypi.example/simple flask": ["pip: install (install) flask"],
    "pip install -- -weird": ["pip: install (install) -weird"],
    "python3.12 -Im pip wheel -w /w .": ["pip: build (wheel) ."],
    "python -W ignore -m pip download flask": ["pip: download (download) flask"],
    "python -m pip cache purge": ["pip: clean (cache purge)"],
    "pypy3 -m pip install flask": ["pip: install (install) flask"],
    "python -m venv /x; python setup.py install; python -c 'import pip'": [],
    "$VENV/bin/pip install flask": ["pip: install (install) flask"],
    '"${VENV}/bin/python" -m pip install flask': ["pip: install (install) flask"],
    "$PIP install flask": [],
    "pip list": [],
    "pip": [],
    "uv pip install --system -r requirements.txt": ["uv: install (pip install) < requirements.txt"],
    "uv pip sync requirements.txt": ["uv: install (pip sync) < requirements.txt"],
    "uv sync --frozen --no-group dev": ["uv: install (sync)"],
    "uv tool install ruff": ["uv: install (tool install) ruff"],
    "python -m uv sync": ["uv: install (sync)"],
    "uv cache clean": ["uv: clean (cache clean)"],
    "uv python install 3.12": [],
    "poetry install --only main --no-root": ["poetry: install (install)"],
    "poetry config virtualenvs.create false": [],
    "pipenv install --system --deploy": ["pipenv: install (install)"],
    "pipenv --clear": ["pipenv: clean ()"],
    "pdm sync --prod": ["pdm: install (sync)"],
    "pipx install black": ["pipx: install (install) black"],
    "conda env create -f environment.yml -n x": ["conda: install (env create) < environment.yml"],
    "conda install -y -c conda-forge numpy": ["conda: install (install) numpy"],
    "micromamba install -y -n base -f env.yaml": ["conda: install (install) < env.yaml"],
    "conda clean -afy": ["conda: clean (clean)"],
    # Node
    "npm ci --omit=dev": ["npm: install (ci)"],
    "npm --prefix web install": ["npm: install (install)"],
    "npm i -g yarn@1": ["npm: install (i) yarn@1"],
    "npm run build": ["npm: build (run) build"],
    "npm cache clean --force": ["npm: clean (cache clean)"],
    "npm config set registry x": [],
    "yarn": ["yarn: install ()"],
    "yarn --frozen-lockfile": ["yarn: install ()"],
    "yarn install --immutable": ["yarn: install (install)"],
    "yarn global add serve": ["yarn: install (global add) serve"],
    "yarn compile": ["yarn: build (compile)"],
    "yarn config set x y": [],
    "corepack pnpm install": ["pnpm: install (install)"],
    "npx pnpm@8 i": ["pnpm: install (i)"],
    "pnpm fetch --prod": ["pnpm: download (fetch)"],
    "pnpm --filter web run build": ["pnpm: build (run) build"],
    "pnpm config set store-dir /x": [],
    "bun install --production": ["bun: install (install)"],
    "bun pm cache rm": ["bun: clean (pm cache rm)"],
    # Others
    "gem install -v 1.2 rails": ["gem: install (install) rails"],
    "gem3.0 install rails": ["gem: install (install) rails"],
    "bundle install --jobs 4": ["bundler: install (install)"],
    "bundle": ["bundler: install ()"],
    "bundle config set without development": [],
    "composer install --no-dev": ["composer: install (install)"],
    "php composer.phar require -d /app a/b": ["composer: install (require) a/b"],
    "php -d memory_limit=-1 /usr/bin/composer install": ["composer: install (install)"],
    "composer global require a/b": ["composer: install (global require) a/b"],
    "cargo build --release": ["cargo: build (build)"],
    "cargo +nightly install --git https://x.example ripgrep": ["cargo: install (install) ripgrep"],
    "cargo chef cook --release --recipe-path recipe.json": ["cargo: install (chef cook)"],
    "cargo fetch --manifest-path app/Cargo.toml": ["cargo: download (fetch) < app/Cargo.toml"],
    "go build -mod vendor -o /app -ldflags '-s -w' ./cmd/x": ["go: build (build) ./cmd/x"],
    "go mod download": ["go: download (mod download)"],
    "go install golang.org/x/tools/gopls@latest": ["go: install (install) golang.org/x/tools/gopls@latest"],
    "go env -w GOFLAGS=-mod=mod": [],
    "./mvnw -B -f pom.xml -pl app clean package -DskipTests": ["maven: build (clean) < pom.xml"],
    "mvn dependency:go-offline": ["maven: download (dependency:go-offline)"],
    "mvn org.apache.maven.plugins:maven-dependency-plugin:3.6.0:go-offline": [
        "maven: download (org.apache.maven.plugins:maven-dependency-plugin:3.6.0:go-offline)"
    ],
    "mvn --version": [],
    "sh ./gradlew --no-daemon :app:bootJar": ["gradle: build (:app:bootJar)"],
    "./gradlew dependencies": ["gradle: download (dependencies)"],
    "dotnet restore src/x.csproj -r linux-x64": ["dotnet: install (restore) < src/x.csproj"],
    "dotnet publish -c Release -o /app": ["dotnet: build (publish)"],
    "mix do deps.get --only prod, deps.compile": ["mix: install (deps.get)", "mix: build (deps.compile)"],
    "flutter pub get": ["dart: install (pub get)"],
    "sbt update assembly": ["sbt: download (update)", "sbt: build (assembly)"],
    "Rscript -e \"install.packages('dplyr')\"": ["r: install ()"],
    "R -q -e 'renv::restore()'": ["r: install ()"],
    "R CMD INSTALL x.tar.gz": ["r: install () x.tar.gz"],
    "install2.r -n 4 dplyr": ["r: install () dplyr"],
    "Rscript -e 'print(1)'": [],
    # In other commands
    "sudo -E X=1 pip install flask": ["pip: install (install) flask"],
    "xargs -n1 pip install < list": ["pip: install (install)"],
    "poetry run pip install flask": ["pip: install (install) flask"],
    "sh -c 'apt-get update && apt-get install -y a'": ["apt: update index (update)", "apt: install (install) a"],
    "for x in a b; do gem install $x; done": ["gem: install (install) $x"],
    "echo pip install flask": [],
}


@pytest.mark.parametrize(("command", "expected"), COMMANDS.items(), ids=COMMANDS)
def test_operations(command: str, expected: list[str]) -> None:
    assert told(command) == expected


@pytest.mark.parametrize(
    ("command", "option", "given"),
    [
        ("apt-get install -y a", "-y", True),
        ("apt-get install -qy a", "-y", True),
        ("apt-get -yqq install a", "-y", True),
        ("apt-get install -ty a", "-y", False),
        ("apt-get install -t y a", "-y", False),
        ("apt-get install --yes a", "-y", False),
        ("apt-get install --yes a", "--yes", True),
        ("pip install --cache-dir=/x a", "--cache-dir", True),
        ("pip install --cache-dir-x a", "--cache-dir", False),
        ("go build -mod=vendor .", "-m", False),
        ("go build -mod=vendor .", "-mod", True),
    ],
)
def test_whether_an_option_is_given(command: str, option: str, given: bool) -> None:  # noqa: FBT001
    assert operations_in(command)[0].has_option(option) is given


@pytest.mark.parametrize(
    ("command", "value"),
    [
        ("pip install --cache-dir /x a", "/x"),
        ("pip install --cache-dir=/x a", "/x"),
        ("pip install --cache-dir=/x --cache-dir=/y a", "/y"),
        ("pip install --cache-dir $X a", None),
        ("pip install a", None),
        ("pip install a --cache-dir", None),
    ],
)
def test_the_value_of_an_option(command: str, value: str | None) -> None:
    assert operations_in(command)[0].option("--cache-dir") == value


PLACES = {
    "apt-get -y install curl": "apt-get -y install",
    "uv pip install x": "uv pip install",
    "python3 -m pip install x": "python3 -m pip install",
    "yarn --frozen-lockfile": "yarn --frozen-lockfile",
    "yarn": "yarn",
    "pacman -Syu x": "pacman -Syu",
    'sh -c "pip install x"': "pip install",
}


@pytest.mark.parametrize(("command", "place"), PLACES.items(), ids=PLACES)
def test_the_place_to_show(command: str, place: str) -> None:
    text = f"FROM debian\nRUN {command}\n"
    assert operations_in(command)[0].place.of(text) == place


@pytest.mark.parametrize(
    ("command", "spoken"),
    [
        ("apt-get -y install curl", "apt-get install"),
        ("/usr/bin/python3 -I -m pip --quiet install x", "python3 -m pip install"),
        ("uv --quiet pip install x", "uv pip install"),
        ("$VENV/bin/pip install x", "pip install"),
        ("yarn", "yarn"),
    ],
)
def test_how_it_is_called(command: str, spoken: str) -> None:
    assert operations_in(command)[0].spoken == spoken


def test_a_part_of_a_word_has_its_place() -> None:
    text = "FROM debian\nRUN pip install --requirement=dev.txt -rmain.txt\n"
    (operation,) = operations_in("pip install --requirement=dev.txt -rmain.txt")
    assert [word.span.of(text) for word in operation.manifests] == ["dev.txt", "main.txt"]

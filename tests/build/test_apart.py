"""Which commands are known to leave a folder alone: everything else is not."""

import pytest

from layerwise.build import build
from layerwise.build.dependencies import placed_commands, working_directories
from layerwise.build.dependencies.apart import is_apart, is_project_folder, made_by_copying_to
from layerwise.build.dependencies.folders import shell_value
from layerwise.syntax import parse

APART = [
    "apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/*",
    "apk add --no-cache --virtual .deps gcc",
    "dnf install -y https://example.org/a.rpm && dnf clean all",
    "apt-get install -y /opt/a.deb ./b.deb",
    "npm install -g npm@11 && yarn global add vite && corepack enable",
    "pip install --no-cache-dir gunicorn==22 'flask>=3'",
    "gem install bundler -v 2.5",
    "go install example.org/a@latest",
    "useradd -m -u 1000 -s /bin/sh me && groupadd -g 5 them && usermod -aG them me",
    "useradd -d /home/me me",
    "mkdir -p /data /var/log/x && chown -R me:me /data && chmod 700 /data",
    "curl -fsSL -o /usr/local/bin/x https://example.org/x",
    "curl -fsSLO https://example.org/x.tgz && tar -xzf x.tgz && rm x.tgz",
    "wget -qO /opt/x https://example.org/x",
    "curl -fsSL https://example.org/x.sh | bash -s -- -y",
    "curl -fsSL https://example.org/x.tgz | tar -xz -C /usr/local --strip-components 1",
    "git clone --depth 1 https://example.org/x.git /opt/x && git config --global user.name x",
    "sed -i 's/a/b/' /etc/x && ln -s /usr/bin/python3 /usr/bin/python",
    'if [ "$ARCH" = arm64 ]; then echo yes; fi',
    'if [ -f /etc/x ]; then rm /etc/x; fi',
    "echo 'deb x' > /etc/apt/sources.list.d/x.list",
    "set -eux; VERSION=1; export VERSION; echo $VERSION",
    "cd /tmp && mkdir x",
    "update-ca-certificates && locale-gen en_US.UTF-8",
    "ls && find && true",
]  # fmt: skip

NOT_APART = [
    "apt-get install -y /app/a.deb",
    "npm ci",
    "npm install express",
    "pip install -r /srv/r.txt",
    "useradd -m -d /app me",
    "mkdir /app/x",
    "rm -rf /",
    "rm -rf /a*",
    "chown -R me /",
    "touch $SOMEWHERE",
    "rm -rf $SOMEWHERE/x",
    "ARCH=/app && touch $ARCH",
    'rm -rf "$SOMEWHERE"',
    "curl -o /app/x https://example.org/x",
    "cp /app/x /etc/x",
    "echo x > /app/x",
    "echo x >> $SOMEWHERE",
    "cat < /app/x",
    "git clone https://example.org/x.git /app/x",
    "[ -d /app/x ]",
    "test -f $SOMEWHERE",
    "cd /app && true",
    "cd $SOMEWHERE && touch x",
    "sed -i 's/a/b/' /app/x",
    "tar -xf /opt/x.tar -C /app",
    "make",
    "python3 setup.py install",
    "bash /opt/install.sh",
    "./install",
    "/app/bin/pip install flask",
    "corepack install",
    "cargo install --path /app",
    "for f in /app/*; do cat $f; done",
]

INSIDE = [
    "curl -fsSLO https://example.org/x",
    "wget https://example.org/x",
    "tar -xzf /opt/x.tgz",
    "curl https://example.org/x.tgz | tar -xz",
    "unzip /opt/x.zip",
    "git clone https://example.org/x.git",
    "curl https://example.org/x.sh | sh",
    "pip install .",
    "touch x",
    "ls",
    "cargo install ripgrep",
    "echo x > x",
]
"""Apart where they run outside, and not where they run in the folder."""


def verdict(run: str, folder: str) -> bool:
    stage = build(parse(f"FROM busybox\nARG ARCH\nWORKDIR {folder}\nRUN {run}\n")).stages[0]
    step = stage.steps[-1]
    placed = placed_commands(step, working_directories(stage)[-1])
    assert placed
    return all(is_apart(each, ["/app"], shell_value(step)) for each in placed)


@pytest.mark.parametrize("run", APART)
def test_apart(run: str) -> None:
    assert verdict(run, "/srv")


@pytest.mark.parametrize("run", NOT_APART)
def test_not_apart(run: str) -> None:
    assert not verdict(run, "/srv")


@pytest.mark.parametrize("run", INSIDE)
def test_it_depends_on_where(run: str) -> None:
    assert verdict(run, "/srv")
    assert not verdict(run, "/app")
    assert not verdict(run, "/app/deep")


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/app", True),
        ("/srv/shop", True),
        ("/usr/src/app", True),
        ("/var/www/html", True),
        ("/home/me/app", True),
        ("/opt/app", True),
        ("/", False),
        ("/usr", False),
        ("/usr/src", False),
        ("/usr/local/bin/x", False),
        ("/etc/x", False),
        ("/root/app", False),
        ("/opt", False),
        ("/?", False),
    ],
)
def test_project_folders(folder: str, expected: bool) -> None:  # noqa: FBT001
    assert is_project_folder(folder) is expected


@pytest.mark.parametrize(
    ("destination", "folder"),
    [
        ("/app", "/app"),
        ("/app/src/a", "/app"),
        ("/opt/a/b", "/opt/a"),
        ("/x", "/x"),
        ("/usr/local/bin/x", "/usr/local/bin/x"),
    ],
)
def test_the_folders_that_a_copy_makes(destination: str, folder: str) -> None:
    assert made_by_copying_to(destination) == folder

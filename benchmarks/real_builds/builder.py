"""A Docker daemon of our own, for as long as the measurement takes: BuildKit without bridge, firewall or registry."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cache_agreement import done_steps

DAEMON_OPTIONS = (
    *("--storage-driver", "overlay2", "--iptables=false", "--ip6tables=false", "--bridge=none"),
    *("--ip-forward=false", "--ip-masq=false", "--userland-proxy=false"),
)


class BuildError(Exception):
    """The builder refused or failed; the message is the end of what it said."""


@dataclass(frozen=True)
class Built:
    """One build. ``places`` are the steps that were done, not taken from the cache, as (stage, number)."""

    seconds: float
    cpu: float
    """Seconds of CPU that the daemon and its builds have used; 0 where that cannot be measured."""
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Docker:
    """The client. ``program`` is a full path: another ``docker`` in front of it may know no BuildKit."""

    program: str
    socket: Path
    group: Path | None

    def run(self, *arguments: str, check: bool = True) -> str:
        """What the client answers on standard output.

        :raises BuildError: when it fails, unless ``check`` is off.
        """
        return self._run(arguments, check=check)[0]

    def _run(self, arguments: tuple[str, ...], *, check: bool = True) -> tuple[str, str]:
        environment = {**os.environ, "DOCKER_BUILDKIT": "1", "DOCKER_HOST": f"unix://{self.socket}"}
        environment.pop("DOCKER_CONTEXT", None)
        result = subprocess.run(
            [self.program, *arguments], capture_output=True, env=environment, check=False, text=True, errors="replace"
        )
        if check and result.returncode:
            raise BuildError(f"docker {' '.join(arguments[:3])}: {(result.stdout + result.stderr)[-2000:]}")
        return result.stdout, result.stderr

    def build(self, root: Path, tag: str, *options: str) -> Built:
        """Build what lies in a folder, with its ``Dockerfile``.

        :raises BuildError: when a step fails.
        """
        started, cpu = time.monotonic(), self._cpu()
        output = self._run(("build", "--progress=plain", "--network=host", "-t", tag, *options, str(root)))
        return Built(time.monotonic() - started, self._cpu() - cpu, tuple(done_steps("".join(output))))

    def forget(self) -> None:
        """Empty the build cache, cache mounts too, and drop the images that have no name any more."""
        self.run("image", "prune", "--force")
        for is_last in (False, False, True):
            try:
                self.run("builder", "prune", "--all", "--force")
            except BuildError:
                # A build that was broken off may have left a lease that is gone the next time.
                if is_last:
                    raise
            else:
                return

    def size(self, tag: str) -> int:
        """Bytes of all layers of an image."""
        return int(self.run("image", "inspect", "--format", "{{.Size}}", tag))

    def identity(self, tag: str) -> str:
        """What identifies the image of a name, empty when there is none."""
        return self.run("image", "ls", "--quiet", "--no-trunc", tag).strip()

    def _cpu(self) -> float:
        return read_cpu(self.group) if self.group else 0.0


@contextmanager
def daemon(folder: Path, program: str) -> Iterator[Docker]:
    """Start a daemon that keeps all it has in ``folder``, and stop it by its pid file in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    socket, pid_file = folder / "docker.sock", folder / "docker.pid"
    places = ("--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", pid_file)
    group = cpu_group()
    parent = [f"--cgroup-parent=/{group.name}"] if group else []
    command = ["nice", "dockerd", "--host", f"unix://{socket}", *map(str, places), *parent, *DAEMON_OPTIONS]
    with (folder / "dockerd.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=lambda: _join(group))
    docker = Docker(program, socket, group)
    try:
        _wait_for(docker, process)
        yield docker
    finally:
        _stop(pid_file, process)


def _wait_for(docker: Docker, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise BuildError(f"dockerd ended with status {process.returncode}: see dockerd.log")
        try:
            docker.run("version")
        except BuildError:
            time.sleep(0.1)
        else:
            return
    raise BuildError("dockerd does not answer")


def _stop(pid_file: Path, process: subprocess.Popen[bytes]) -> None:
    try:
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
    except (OSError, ValueError):
        process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def cpu_group() -> Path | None:
    """A control group of our own that counts the CPU of the daemon and all it starts; None where there is no such."""
    for root, usage in ((Path("/sys/fs/cgroup"), "cpu.stat"), (Path("/sys/fs/cgroup/cpuacct"), "cpuacct.usage")):
        group = root / "layerwise-benchmark"
        try:
            group.mkdir(exist_ok=True)
        except OSError:
            continue
        if (group / usage).exists():
            return group
    return None


def read_cpu(group: Path) -> float:
    """Seconds of CPU that the group has used."""
    nanoseconds = group / "cpuacct.usage"
    if nanoseconds.exists():
        return int(nanoseconds.read_text()) / 1e9
    fields = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(fields.get("usage_usec", 0)) / 1e6


def _join(group: Path | None) -> None:
    if group:
        (group / "cgroup.procs").write_text(str(os.getpid()))

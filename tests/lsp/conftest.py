"""Clients with a running server, which is ended whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .client import Client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A client with a server of its own that has not been greeted yet; its workspace is an empty folder."""
    with Client(tmp_path) as client:
        yield client


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with Client(tmp_path_factory.mktemp("workspace")) as client:
        client.start()
        yield client


@pytest.fixture
def started(_shared: Client) -> Iterator[Client]:
    """A client that takes pushed diagnostics, in an empty workspace. The server is the same for many tests: it has to
    live through all that they do."""
    yield _shared
    _shared.forget()
    assert _shared.process.poll() is None

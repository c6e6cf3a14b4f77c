"""A client with a running server for each test, ended whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .client import Client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A client whose server has not been greeted yet; its workspace is an empty folder."""
    with Client(tmp_path) as client:
        yield client


@pytest.fixture
def started(client: Client) -> Client:
    """A client that takes pushed diagnostics."""
    client.start()
    return client

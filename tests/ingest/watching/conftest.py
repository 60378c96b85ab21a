from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.workers import Workers
from tests.ingest.watching.world import World
from tests.web_server import WebServer, web_server


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    with Workers() as workers:
        yield workers


@pytest.fixture
def world(tmp_path: Path, workers: Workers) -> Iterator[World]:
    world = World(tmp_path, workers)
    yield world
    world.close()

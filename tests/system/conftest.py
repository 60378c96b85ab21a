"""What every test of the system stands on: a data directory of its own, and no process left at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.retrieval.chroma_doubles import servers_below


@pytest.fixture(scope="module", autouse=True)
def _no_process_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = _processes(tmp_path_factory.getbasetemp())
    yield
    _, left = psutil.wait_procs(_processes(tmp_path_factory.getbasetemp()) - before, timeout=5)
    for process in left:
        process.kill()
    assert left == []


def _processes(directory: Path) -> set[psutil.Process]:
    return {*servers_below(directory), *psutil.Process().children(recursive=True)}


@pytest.fixture(autouse=True)
def _no_server_left(tmp_path: Path) -> Iterator[None]:
    yield
    left = servers_below(tmp_path)
    for process in left:
        process.kill()
    assert left == []


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory that does not exist yet."""
    return tmp_path / "data"

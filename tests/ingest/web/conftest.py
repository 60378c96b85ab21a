from collections.abc import Iterator

import pytest

from ingest.fetching.client import Fetcher
from ingest.workers import Workers
from tests.ingest.fetching.networks import trusting
from tests.ingest.web.reading import Reads
from tests.web_server import WebServer, web_server


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """One for all tests, as its process takes a second to start."""
    with Workers(1) as workers:
        yield workers


@pytest.fixture
def reads(workers: Workers) -> Reads:
    return Reads(Fetcher(allow_private=True, interval=0, tls=trusting()), workers)

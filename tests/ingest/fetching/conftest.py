from collections.abc import Iterator

import pytest

from tests.ingest.fetching.networks import NEWS, Net
from tests.web_server import WebServer, web_server


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture
def net(site: WebServer) -> Net:
    """A world in which `site` is the public host news.example."""
    net = Net()
    net.place("news.example", NEWS, site)
    return net

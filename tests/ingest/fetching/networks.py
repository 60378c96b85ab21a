"""A small world for the client: names, public addresses behind which local servers stand, and a clock that only sleeps."""

import errno
import functools
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.fetching.client import Fetcher, NotModified, Page
from ingest.fetching.hops import Limits
from ingest.fetching.wire import trusting_context
from tests.web_server import WebServer

NEWS = "93.184.216.34"
OTHER = "93.184.216.35"
CERTIFICATE = Path(__file__).parents[2] / "data" / "tls" / "news.example.pem"

trusting = functools.cache(trusting_context)


@dataclass
class StillClock:
    """Time passes only while somebody sleeps."""

    time: float = 1000.0
    date: float = 1_770_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def today(self) -> float:
        return self.date

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.time += seconds


@dataclass
class Net:
    """Which names there are, which server stands behind which address, and what was asked of both."""

    names: dict[str, list[str] | Callable[[], Sequence[str]]] = field(default_factory=dict)
    servers: dict[str, int] = field(default_factory=dict)
    """Ports on loopback by address."""
    asked: list[str] = field(default_factory=list)
    met: list[tuple[str, int]] = field(default_factory=list)

    def resolver(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        found = self.names.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return found() if callable(found) else found

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        self.met.append((address, port))
        if address not in self.servers:
            raise OSError(errno.ECONNREFUSED, "Connection refused")
        return socket.create_connection(("127.0.0.1", self.servers[address]), seconds)

    def place(self, name: str, address: str, server: WebServer) -> None:
        self.names[name] = [address]
        self.servers[address] = server.port


def fetcher_in(
    net: Net, *, allow_private: bool = False, tls: ssl.SSLContext | None = None, clock: StillClock | None = None
) -> Fetcher:
    return Fetcher(
        allow_private,
        resolver=net.resolver,
        connect=net.connect,
        clock=clock or StillClock(),
        tls=tls or trusting(),
    )


def local_fetcher(seconds: float = 10.0, body: int = 100_000) -> Fetcher:
    """A client for a server on loopback, with the machine's own clock, connections and names."""
    return Fetcher(allow_private=True, limits=Limits(seconds, body), interval=0, tls=trusting())


def page_of(outcome: Page | NotModified) -> Page:
    assert isinstance(outcome, Page)
    return outcome

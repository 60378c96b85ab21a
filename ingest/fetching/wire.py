"""One request over one connection, to addresses that were checked before, with a deadline on every single step.

HTTP itself is httpcore's `HTTP11Connection`, the layer below httpx: strict about framing (a body shorter than announced,
two lengths that differ), and of itself it follows no redirect, keeps no cookie, asks no proxy and unpacks nothing, so
there is nothing of that to switch off. Which address is connected to, and for how long, is decided here.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import certifi
import httpcore

from ingest.fetching.clock import Deadline
from ingest.fetching.failing import FetchError
from ingest.fetching.targets import Address, Target

Connect = Callable[[str, int, float], socket.socket]
"""Numeric address, port and seconds to a connected socket; raises OSError."""

_MOST_ADDRESSES = 4  # of a host that are tried
_MOST_HEAD = 200_000  # bytes up to the end of the headers; for one set of them httpcore takes 100 KB
_CONNECTING = 5.0  # seconds for one address, so that a dead one leaves time for the next


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers: its body is read while it comes in."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case; of several with one name the first."""
    body: Iterator[bytes]


def open_socket(address: str, port: int, seconds: float) -> socket.socket:
    """Connect to a numeric address: nothing is looked up."""
    return socket.create_connection((address, port), seconds)


def trusting_context() -> ssl.SSLContext:
    """Return the TLS settings: certificates checked against the system's authorities and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


@contextmanager
def exchange(
    target: Target,
    addresses: Sequence[Address],
    headers: Mapping[str, str],
    *,
    deadline: Deadline,
    tls: ssl.SSLContext,
    connect: Connect,
    most_bytes: int,
) -> Iterator[Answer]:
    """Send a GET request to one of `addresses` and give the answer; the connection ends with the block.

    `most_bytes` bounds what is received after the headers: the body and its framing.

    Raises:
        FetchError: no connection, no valid HTTP, too many bytes or too late; also while the body is read.
    """
    plain = _connected(target, addresses, deadline, connect)
    with plain, _translated():
        stream = _Stream(_secured(plain, target, deadline, tls), deadline)
        scheme, host = target.scheme.encode(), target.host.encode()
        url = httpcore.URL(scheme=scheme, host=host, port=target.port, target=target.path.encode())
        sent: list[tuple[bytes | str, bytes | str]] = [
            ("Host", target.authority),
            *headers.items(),
            ("Connection", "close"),
        ]
        request = httpcore.Request("GET", url, headers=sent)
        try:
            connection = httpcore.HTTP11Connection(httpcore.Origin(scheme, host, target.port), stream)
            response = connection.handle_request(request)
            stream.allow(most_bytes)
            yield Answer(response.status, _headers(response), response.iter_stream())
        finally:
            stream.close()


def _headers(response: httpcore.Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers:
        headers.setdefault(name.decode("ascii", "replace").lower(), _text(value))
    return headers


def _text(value: bytes) -> str:
    """Decode a header's value: ASCII by the standard, UTF-8 or Latin-1 in practice."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except httpcore.RemoteProtocolError as error:
        cut = "complete message" in str(error) or "incomplete chunked" in str(error)
        reason = "the answer ends before it is whole" if cut else "what the site answers is not valid HTTP"
        raise FetchError(reason) from error
    except httpcore.LocalProtocolError as error:
        raise FetchError("is an address that HTTP cannot ask for") from error


def _connected(target: Target, addresses: Sequence[Address], deadline: Deadline, connect: Connect) -> socket.socket:
    for address in addresses[:_MOST_ADDRESSES]:
        try:
            return connect(str(address), target.port, min(_CONNECTING, deadline.left()))
        except OSError as error:
            last = error
    raise FetchError(f"{target.host} cannot be reached: {last.strerror or 'no answer'}") from last


def _secured(plain: socket.socket, target: Target, deadline: Deadline, tls: ssl.SSLContext) -> socket.socket:
    if target.scheme == "http":
        return plain
    plain.settimeout(deadline.left())
    try:
        return tls.wrap_socket(plain, server_hostname=target.host)
    except TimeoutError as error:
        raise deadline.passed() from error
    except ssl.SSLCertVerificationError as error:
        raise FetchError(f"the certificate of {target.host} is not valid: {error.verify_message}") from error
    except (OSError, ValueError) as error:
        raise FetchError(f"no secure connection to {target.host} can be made") from error


class _Stream(httpcore.NetworkStream):
    """A connected socket on which every step has what is left of the deadline, and all steps a number of bytes."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline
        self._left = _MOST_HEAD

    def allow(self, more_bytes: int) -> None:
        self._left += more_bytes

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(self._deadline.left())
        try:
            data = self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise self._deadline.passed() from error
        except OSError as error:
            raise FetchError("the site broke off the connection") from error
        self._left -= len(data)
        if self._left < 0:
            raise FetchError("the answer is too large")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._socket.settimeout(self._deadline.left())
        try:
            self._socket.sendall(buffer)
        except TimeoutError as error:
            raise self._deadline.passed() from error
        except OSError as error:  # httpcore goes on: the site may have answered before it closed
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._socket.close()

"""A web server on loopback of which a test decides every answer, good or bad."""

from __future__ import annotations

import contextlib
import gzip
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    path: str
    """With the query."""
    headers: Mapping[str, str]
    """By name in lower case."""


@dataclass
class Reply:
    """What a well-behaved server sends; a header given as None is not sent."""

    body: bytes | str = b""
    status: int = 200
    content_type: str | None = HTML
    headers: dict[str, str | None] = field(default_factory=dict)

    def __call__(self, request: Request, send: Callable[[bytes], None]) -> None:
        body = self.body.encode() if isinstance(self.body, str) else self.body
        send(head(self.status, {"Content-Type": self.content_type, "Content-Length": str(len(body)), **self.headers}))
        send(body)


Behaviour = Callable[[Request, Callable[[bytes], None]], None]
"""Answers a request by sending bytes, which raises OSError once the client has left."""


def head(status: int, headers: Mapping[str, str | None]) -> bytes:
    phrase = HTTPStatus(status).phrase if status in list(HTTPStatus) else "Odd"
    lines = [
        f"HTTP/1.1 {status} {phrase}",
        *(f"{name}: {value}" for name, value in headers.items() if value is not None),
    ]
    return ("\r\n".join([*lines, "", ""])).encode()


class WebServer:
    """Answers with what stands in `pages`, else 404; remembers what was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Behaviour] = {}
        self.requests: list[Request] = []
        self.stopped = threading.Event()
        self._tls = tls
        self._server = _Server(("127.0.0.1", 0), self._answer)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="web server")
        self._thread.start()

    def url(self, path: str = "/") -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [request.path for request in self.requests if request.path != "/robots.txt"]

    def robots(self, text: str) -> None:
        self.pages["/robots.txt"] = Reply(text, content_type="text/plain")

    def close(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the client has left, or wants no connection with this certificate
            connection.settimeout(20)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as incoming:
                request = _request(incoming)
                if request is not None:
                    self.requests.append(request)
                    page = self.pages.get(request.path) or self.pages.get(request.path.partition("?")[0])
                    (page or Reply("nothing here", 404))(request, connection.sendall)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        super().__init__(address, socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._answer(request)


def _request(incoming: Any) -> Request | None:
    words = incoming.readline().decode("latin-1").split()
    if len(words) != 3:
        return None
    headers: dict[str, str] = {}
    while line := incoming.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Request(words[1], headers)


@contextlib.contextmanager
def web_server(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    server = WebServer(tls)
    try:
        yield server
    finally:
        server.close()


# Redirects and refusals


def redirect(to: str, status: int = 302) -> Behaviour:
    return Reply(status=status, headers={"Location": to})


def busy(retry_after: str | None, status: int = 429) -> Behaviour:
    return Reply("too many", status, headers={"Retry-After": retry_after})


def in_turn(*replies: Behaviour) -> Behaviour:
    """Each time the next one, the last one for ever."""
    left = list(replies)

    def answer(request: Request, send: Callable[[bytes], None]) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(request, send)

    return answer


def unchanged_unless(etag: str, modified: str, page: Reply) -> Behaviour:
    """304 for whoever names the ETag or the date."""

    def answer(request: Request, send: Callable[[bytes], None]) -> None:
        known = request.headers.get("if-none-match") == etag or request.headers.get("if-modified-since") == modified
        validators = {"ETag": etag, "Last-Modified": modified}
        (Reply(status=304, headers={**validators}) if known else Reply(page.body, headers={**validators}))(
            request, send
        )

    return answer


def changing_etag(body: str) -> Behaviour:
    """The same page with another ETag each time, and never a 304."""
    count = iter(range(1_000_000))

    def answer(request: Request, send: Callable[[bytes], None]) -> None:
        Reply(body, headers={"ETag": f'"{next(count)}"'})(request, send)

    return answer


# Misbehaviour


def raw(*pieces: bytes) -> Behaviour:
    def answer(request: Request, send: Callable[[bytes], None]) -> None:
        for piece in pieces:
            send(piece)

    return answer


def drip(server: WebServer, start: bytes, seconds: float = 0.05) -> Behaviour:
    """`start`, and then a letter at a time, for ever."""

    def answer(request: Request, send: Callable[[bytes], None]) -> None:
        send(start)
        while not server.stopped.wait(seconds):
            send(b"x")

    return answer


def silence(server: WebServer) -> Behaviour:
    def answer(request: Request, send: Callable[[bytes], None]) -> None:
        server.stopped.wait()

    return answer


def endless(start: bytes, piece: bytes) -> Behaviour:
    """`start`, and then the same piece for as long as somebody takes it."""

    def answer(request: Request, send: Callable[[bytes], None]) -> None:
        send(start)
        while True:
            send(piece)

    return answer


def false_length(body: bytes, declared: int) -> Behaviour:
    return Reply(body, headers={"Content-Length": str(declared)})


def gzip_bomb(unpacked: int) -> Behaviour:
    return Reply(gzip.compress(bytes(unpacked)), headers={"Content-Encoding": "gzip"})

"""A local HTTP server that speaks OpenAI's chat completions, streaming and not, and fails as it is told to.

    with OpenAiServer(says("The ferry is ", "electric [1.1].")) as server:
        model = ChatModel("openai:any", url=server.url, key=SecretStr("any"))

It answers with the replies it was given, one after the other and the last of them again and again, or with what a
function makes of each request. It remembers the requests, and whether a client left before its answer was complete.
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

Fault = Literal["", "silence", "stall", "break", "vanish", "malformed", "odd", "error"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered with."""

    pieces: tuple[str, ...] = ()
    thoughts: tuple[str, ...] = ()
    """Sent before the pieces, as servers of reasoning models do."""
    finish: str = "stop"
    usage: tuple[int, int] | None = (100, 20)
    """Tokens read and written; None from a server that does not say."""
    first: float = 0.0
    """Seconds before the first piece."""
    between: float = 0.0
    """Seconds between pieces."""
    fault: Fault = ""
    """In a stream, instead of its end: no byte at all, no byte more, a broken connection, an end that looks proper but
    says nothing, a line that is no JSON, JSON of another shape, an error of the provider."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """Sent as it is, instead of all that."""


def says(*pieces: str, **rest: Any) -> Reply:
    """Answer with these pieces."""
    return Reply(pieces, **rest)


def refuses(status: int, message: str = "no", *, retry_after: str | None = None) -> Reply:
    """Answer with an error, as OpenAI words it."""
    body = json.dumps({"error": {"message": message, "type": "error", "param": None, "code": None}})
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Reply(status=status, headers=headers, body=body.encode())


def sends(body: bytes, kind: str = "text/html") -> Reply:
    """Answer with something else."""
    return Reply(body=body, headers={"Content-Type": kind})


@dataclass(slots=True)
class Asked:
    """A request that the server got."""

    body: dict[str, Any]
    headers: Mapping[str, str]
    """By their names in small letters."""
    left: threading.Event = field(default_factory=threading.Event)
    """Set when the client closes the connection before the answer is complete."""
    answered: threading.Event = field(default_factory=threading.Event)
    """Set when the whole answer was sent."""

    def text(self, role: str) -> str:
        """Return what the messages of a role say."""
        return "\n".join(message["content"] for message in self.body["messages"] if message["role"] == role)


class OpenAiServer:
    """The server; a context in which it runs."""

    def __init__(self, *replies: Reply, answer: Callable[[Asked], Reply] | None = None) -> None:
        """Take the replies, or the function that makes them."""
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self._replies = list(replies)
        self._answer = answer
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The base address, as CITEGRAM_MODEL_URL has it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def reply_to(self, asked: Asked) -> Reply:
        """Remember a request and choose the reply."""
        with self._lock:
            self.asked.append(asked)
            if self._answer is not None:
                return self._answer(asked)
            return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    def __enter__(self) -> OpenAiServer:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and let go of whoever waits."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    owner: OpenAiServer
    daemon_threads = True
    block_on_close = True
    request_queue_size = 64


class _Left(Exception):
    """The client has closed the connection."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        asked = Asked(
            json.loads(self.rfile.read(int(self.headers["Content-Length"]))),
            {name.lower(): value for name, value in self.headers.items()},
        )
        reply = self.server.owner.reply_to(asked)
        try:
            if reply.body is not None or not asked.body.get("stream"):
                self._send_whole(reply, asked)
            else:
                self._send_stream(reply, asked)
        except (_Left, ConnectionError):
            asked.left.set()
            self.close_connection = True
        else:
            asked.answered.set()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's own name
        """Say nothing."""

    def _send_whole(self, reply: Reply, asked: Asked) -> None:
        self._pause(reply.first)
        body = reply.body if reply.body is not None else json.dumps(_completion(reply, asked)).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_stream(self, reply: Reply, asked: Asked) -> None:
        if reply.fault == "silence":
            self._pause(None)
        self.send_response(reply.status)
        for name, value in {"Content-Type": "text/event-stream", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._event(_chunk({"role": "assistant", "content": ""}))
        for thought in reply.thoughts:
            self._event(_chunk({"reasoning_content": thought}))
            self._pause(reply.between)
        self._pause(reply.first)
        for n, piece in enumerate(reply.pieces):
            self._pause(reply.between if n else 0.0)
            self._event(_chunk({"content": piece}))
        if reply.fault:
            self._fail(reply.fault)
        else:
            self._event(_chunk({}, reply.finish))
            if reply.usage is not None and asked.body.get("stream_options", {}).get("include_usage"):
                self._event({**_chunk({}), "choices": [], "usage": _usage(reply.usage)})
            self._line("data: [DONE]\n\n")
        if not self.close_connection:
            self.wfile.write(b"0\r\n\r\n")

    def _fail(self, fault: Fault) -> None:
        match fault:
            case "stall":
                self._pause(None)
            case "break":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            case "malformed":
                self._line('data: {"id": "1", "choices": [{"del\n\n')
            case "odd":
                self._line('data: {"choices": "none", "usage": 7}\n\n')
            case "error":
                self._line('data: {"error": {"message": "overloaded", "code": 503}}\n\n')

    def _event(self, chunk: dict[str, Any]) -> None:
        self._line(f"data: {json.dumps(chunk)}\n\n")

    def _line(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _pause(self, seconds: float | None) -> None:
        """Wait for so many seconds, or for ever; leave when the client does, or when the server ends."""
        until = None if seconds is None else time.monotonic() + seconds
        while until is None or time.monotonic() < until:
            if self.server.owner.closing.is_set():
                raise _Left
            left = 0.02 if until is None else min(0.02, max(until - time.monotonic(), 0.0))
            readable, _, _ = select.select([self.connection], [], [], left)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise _Left


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "any", "choices": [choice]}


def _completion(reply: Reply, asked: Asked) -> dict[str, Any]:
    message = {"role": "assistant", "content": "".join(reply.pieces)}
    choice = {"index": 0, "message": message, "finish_reason": reply.finish}
    whole = {"id": "1", "object": "chat.completion", "created": 0, "model": asked.body["model"], "choices": [choice]}
    return whole if reply.usage is None else {**whole, "usage": _usage(reply.usage)}


def _usage(tokens: tuple[int, int]) -> dict[str, int]:
    return {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}

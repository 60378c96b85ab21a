"""Documents read in a child process with limits, so that a parser that crashes, hangs or swells costs one file only."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any

from ingest.documents.part import Part
from ingest.normalize import one_line
from ingest.sources.draft import Found
from retrieval.errors import ArticleError

_START = (
    "import sys; sys.path[:] = sys.argv[4:]; from ingest.worker_process import serve; serve(*map(int, sys.argv[1:4]))"
)
_START_SECONDS = 60.0  # for a process to say that it is there, which takes 0.1 s; a busy machine is no document's fault
_PATIENCE_SECONDS = 2.0  # for a child that has nothing more to do
_SIZE = 12  # digits that stand before each message
_PIECE = 1 << 20  # bytes read at once
_LARGEST_ANSWER = 500_000_000  # bytes; a child that keeps its limits cannot send as much of one document
_LONGEST_LINE = 8_000  # characters; a notice has some hundred, the longest address of a feed's entry 2,000
_XCPU = 24  # SIGXCPU, which Windows' signal module does not know
_CRASHED = "makes the program that reads it crash, so it is damaged or made to do so; save it in another form"

# The child broke off or took too long; a parser that a document has taken over could send anything.
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one document may take. The defaults are those of docs/ingesting.md."""

    seconds: int = 20
    """By the clock, and of processor time."""
    memory: int = 600_000_000
    """Bytes of address space, which is more than what is resident. Not enforced on Windows and macOS."""
    tired: int = 300_000_000
    """Resident bytes after which a process is replaced by a new one, as it would fail on what others can read."""


class Worker:
    """One child process, started for the first document and kept for the next ones; a new one follows each failure."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Take the limits of each document; nothing is started yet."""
        self._limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._new = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, kind: str, data: bytes) -> list[Part]:
        """Return the articles of a document of `kind`, a key of `ingest.documents.readers`.

        Raises:
            ArticleError: it holds none; or reading it crashed, took too long or too much memory.
        """
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        parts: list[Part] = []
        descriptor = process.stdout.fileno()
        try:
            if self._new:
                _Answer(descriptor, _START_SECONDS).message()
                self._new = False
            answer = _Answer(descriptor, self._limits.seconds)
            process.stdin.write(b"%s %d\n" % (kind.encode(), len(data)))
            process.stdin.write(data)
            process.stdin.flush()
            while "end" not in (message := answer.message()):
                parts.append(_part(message))
            reason, last = _line(message["end"]), bool(message["last"])
        except _BROKEN as error:
            process.kill()
            status = process.wait()
            self.close()
            raise ArticleError(self._why(status, isinstance(error, TimeoutError))) from error
        if last:
            self.close()
        if reason:
            raise ArticleError(reason)
        return parts

    def kill(self) -> None:
        """End the child process at once; may be called from another thread than `read`, which then fails."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the child process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        _close(process.stdin)
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close(process.stdout)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        limits = self._limits
        self._new = True
        self._process = subprocess.Popen(
            [
                sys.executable, "-I", "-B", "-c", _START,
                str(limits.seconds), str(limits.memory), str(limits.tired), *sys.path,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return self._process

    def _why(self, status: int, overdue: bool) -> str:
        if overdue or status == -_XCPU:
            return f"takes more than {self._limits.seconds} s to read and was given up; split it"
        return _CRASHED


class _Answer:
    """What a child process sends, message by message, until a point in time."""

    def __init__(self, descriptor: int, seconds: float) -> None:
        self._descriptor = descriptor
        self._deadline = time.monotonic() + seconds
        self._buffer = bytearray()
        self._left = _LARGEST_ANSWER

    def message(self) -> dict[str, Any]:
        """Return the next message.

        Raises:
            TimeoutError: it has not come in time.
            OSError: there is none any more.
            ValueError: it is none.
        """
        size = int(self._taken(_SIZE))
        self._left -= size
        if size < 0 or self._left < 0:
            raise ValueError("more than a document holds")
        message: dict[str, Any] = json.loads(self._taken(size).decode("utf-8", "surrogatepass"))
        return message

    def _taken(self, size: int) -> bytes:
        with selectors.DefaultSelector() as ready:
            ready.register(self._descriptor, selectors.EVENT_READ)
            while len(self._buffer) < size:
                if not ready.select(max(0.0, self._deadline - time.monotonic())):
                    raise TimeoutError
                piece = os.read(self._descriptor, _PIECE)
                if not piece:
                    raise BrokenPipeError
                self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def _part(message: dict[str, Any]) -> Part:
    notices = tuple(filter(None, map(_line, message["notices"])))
    found = Found(str(message["text"]), dict(message["fields"]), dict(message["metadata"]), notices)
    return Part(_line(message["name"]), found, _line(message["problem"]))


def _line(value: object) -> str:
    """Return what a person is to see as one line, as a terminal would obey its controls."""
    return one_line(str(value))[:_LONGEST_LINE]


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        try:
            stream.close()
        except OSError:  # bytes that a dead child will not take
            return

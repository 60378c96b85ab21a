"""What the tests of the vector index share: a catalogue in memory, processes beside this one, and foreign servers."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

import numpy as np
import psutil

from retrieval.models import IndexEntry

NAME = "citegram-0123456789abcdef"
DIMENSIONS = 16


def entries(count: int, *, first: int = 0, article: int | None = None, seed: int = 0) -> list[IndexEntry]:
    """Return entries with unit vectors of random direction, ten to an article unless one is given."""
    vectors = np.random.default_rng(seed + first).normal(size=(count, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        IndexEntry(
            id=first + n,
            article=(first + n) // 10 if article is None else article,
            vector=vectors[n],
            text=f"Passage {first + n}.",
            metadata={"source": "The Gazette", "version": 1},
        )
        for n in range(count)
    ]


def exact(stored: Sequence[IndexEntry], vector: np.ndarray, k: int) -> list[int]:
    """Return the ids of the `k` nearest by cosine, computed in full."""
    scores = np.stack([entry.vector for entry in stored]) @ vector
    return [stored[n].id for n in np.argsort(-scores)[:k]]


@dataclass
class MemoryCatalog:
    """A catalogue in memory: what `index_sync` needs, with a queue that works as the real one does."""

    articles: dict[int, list[IndexEntry]] = field(default_factory=dict)
    queue: dict[int, int] = field(default_factory=dict)
    generation: int = 0

    @classmethod
    def of(cls, stored: Sequence[IndexEntry]) -> MemoryCatalog:
        catalog = cls()
        for entry in stored:
            catalog.articles.setdefault(entry.article, []).append(entry)
        return catalog

    def put(self, key: int, stored: list[IndexEntry]) -> None:
        """Put or, with nothing, remove an article, and queue it."""
        if stored:
            self.articles[key] = [replace(entry, article=key) for entry in stored]
        else:
            self.articles.pop(key, None)
        self.generation += 1
        self.queue.pop(key, None)
        self.queue[key] = self.generation

    def pending(self, limit: int) -> list[tuple[int, int]]:
        return list(self.queue.items())[:limit]

    def settle(self, key: int, generation: int) -> None:
        if self.queue.get(key) == generation:
            del self.queue[key]

    def index_entries(self, key: int) -> list[IndexEntry]:
        return list(self.articles.get(key, ()))

    def passage_ids(self) -> set[int]:
        return {entry.id for stored in self.articles.values() for entry in stored}

    def all_index_entries(self) -> Iterator[list[IndexEntry]]:
        stored = self.entries()
        for start in range(0, len(stored), 1000):
            yield stored[start : start + 1000]

    def sample_entries(self, n: int) -> list[IndexEntry]:
        stored = self.entries()
        return [stored[i] for i in range(0, len(stored), max(1, len(stored) // n))][:n]

    def entries(self) -> list[IndexEntry]:
        return sorted((entry for stored in self.articles.values() for entry in stored), key=lambda entry: entry.id)


_PROGRAM = """
import sys
from pathlib import Path
from retrieval.chroma_server import LocalChroma
server = LocalChroma(Path(sys.argv[1]), sys.argv[2])
print("ready", flush=True)
for line in sys.stdin:
    if line == "find\\n":
        print(server.find_or_start(), flush=True)
    elif line == "close\\n":
        server.close()
        print("closed", flush=True)
"""


class Neighbour:
    """Another process that uses the same data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(data_dir), NAME],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def __enter__(self) -> Neighbour:
        assert self.read() == "ready"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def tell(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def find(self) -> str:
        self.tell("find")
        return self.read()

    def close(self) -> None:
        self.tell("close")
        assert self.read() == "closed"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


@contextmanager
def foreign_server(status: int, body: bytes, *, hang: bool = False) -> Iterator[str]:
    """Serve the same answer to every request, or none while `hang`, and give the base URL."""
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            if hang:
                released.wait(30)
                return
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class FixedServer:
    """A server that is at one address, whether or not anything answers there."""

    url: str
    data_dir: Path
    losses: int = 0

    def find_or_start(self) -> str:
        return self.url

    def restart(self, *, wipe: bool = False) -> str:
        return self.url

    def lost(self) -> None:
        self.losses += 1

    def damage(self) -> str | None:
        return None

    def close(self) -> None:
        """Nothing to close."""


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for a condition that another thread or process brings about, and fail when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def servers_below(directory: Path) -> list[psutil.Process]:
    """Return the running Chroma servers with their data anywhere below a directory."""
    found = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if any("chromadb_rust_bindings" in word for word in command) and any(
            Path(word).is_relative_to(directory) for word in command
        ):
            found.append(process)
    return found

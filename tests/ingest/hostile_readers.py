"""A worker's child process with readers that do what damaged documents make parsers do."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterable

from ingest.documents import readers
from ingest.documents.part import Part
from ingest.sources.draft import Found

START = (
    "import sys; sys.path[:] = sys.argv[4:]; from tests.ingest.hostile_readers import serve; "
    "serve(*map(int, sys.argv[1:4]))"
)
_KEPT: list[bytes] = []


def serve(*limits: int) -> None:
    from ingest import worker_process

    for name in ("crash", "hang", "sleep", "swell", "leave", "fail", "say", "write", "big", "pid", "half"):
        readers._READERS[name] = globals()[name]
    worker_process.serve(*limits)


def crash(data: bytes) -> Iterable[Part]:
    ctypes.string_at(0)
    return ()


def hang(data: bytes) -> Iterable[Part]:
    while True:
        pass


def sleep(data: bytes) -> Iterable[Part]:
    time.sleep(60)
    return ()


def swell(data: bytes) -> Iterable[Part]:
    return (Part("", Found(str(len(bytearray(10_000_000_000))))),)


def leave(data: bytes) -> Iterable[Part]:
    os._exit(0)


def fail(data: bytes) -> Iterable[Part]:
    raise KeyError("secret words")


def half(data: bytes) -> Iterable[Part]:
    yield Part("a", Found("a"))
    raise KeyError("b")


def say(data: bytes) -> Iterable[Part]:
    print("words of a library")
    os.write(1, b"more words")
    sys.stderr.write("words")
    return (Part("", Found(data.decode())),)


def write(data: bytes) -> Iterable[Part]:
    with open(data.decode(), "wb") as file:
        file.write(b"words")
    return (Part("", Found("written")),)


def big(data: bytes) -> Iterable[Part]:
    _KEPT.append(bytes(range(256)) * 400_000)
    return (Part("", Found("", {"id": os.getpid()})),)


def pid(data: bytes) -> Iterable[Part]:
    return (Part("", Found(str(os.getpid()))),)

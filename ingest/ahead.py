"""Runs a step of a pipeline in a thread of its own, a few items ahead of the step that takes them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_TICK_SECONDS = 0.1
_LEAVE_SECONDS = 0.5  # for a thread to end by itself; one that is loading a model is left to end with the process


@dataclass(frozen=True, slots=True)
class _Item(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Stands for a tenth of a second in which nothing has come."""


def ahead(source: Iterator[T], items: int, stop: threading.Event, patience: float) -> Iterator[T]:
    """Yield what `source` yields, while a thread runs it up to `items` items ahead; its exception is raised here.

    Closing the iterator early stops the thread at its next item. Once `stop` is set, the iterator waits `patience`
    seconds for the source to end, taking what still comes, and then ends without it.
    """
    with closing(ahead_or_nothing(source, items, stop, patience)) as stream:
        for item in stream:
            if not isinstance(item, Nothing):
                yield item


def ahead_or_nothing(
    source: Iterator[T], items: int, stop: threading.Event, patience: float
) -> Generator[T | Nothing, None, None]:
    """Do as `ahead` does, and yield `Nothing` again and again while nothing comes, for whoever has other work then."""
    ready: queue.Queue[_Item[T] | _End] = queue.Queue(items)
    left = threading.Event()

    def put(item: _Item[T] | _End) -> None:
        while not left.is_set():
            with suppress(queue.Full):
                ready.put(item, timeout=_TICK_SECONDS)
                return

    def run() -> None:
        error: BaseException | None = None
        try:
            for value in source:
                put(_Item(value))
                if left.is_set():
                    break
        except BaseException as caught:  # noqa: BLE001  # raised again by whoever takes the items
            error = caught
        put(_End(error))

    thread = threading.Thread(target=run, name="ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := _next(ready, stop, patience), _End):
            yield item.value if isinstance(item, _Item) else item
        if item.error is not None:
            raise item.error
    finally:
        left.set()
        thread.join(_LEAVE_SECONDS)


def _next(ready: queue.Queue[_Item[T] | _End], stop: threading.Event, patience: float) -> _Item[T] | _End | Nothing:
    with suppress(queue.Empty):
        return ready.get(timeout=_TICK_SECONDS)
    if not stop.is_set():
        return Nothing()
    deadline = time.monotonic() + patience
    while (left := deadline - time.monotonic()) > 0:
        with suppress(queue.Empty):
            return ready.get(timeout=min(left, _TICK_SECONDS))
    return _End()

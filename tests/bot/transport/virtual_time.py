"""An event loop whose time passes only while everything waits, so that minutes of waiting take none."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

TICK = 1e-6
"""Seconds that pass with each round of the loop."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """For tasks that wait for each other and for time only."""

    def __init__(self) -> None:
        self._passed = 0.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self._passed

    def pass_time(self, seconds: float) -> None:
        self._passed += seconds + TICK


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits, and for nothing that time brings"
            self._loop.pass_time(timeout)
        return ready


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` in a loop of its own, from time 0 on."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def now() -> float:
    """Return the running loop's time."""
    return asyncio.get_running_loop().time()

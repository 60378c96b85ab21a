"""Refreshes that are killed, as a process of their own: `python -m tests.ingest.watching.killed FOLDER MARKS KILL ...`.

All is imported once; then each KILL is a refresh in a forked process, killed at that event, and one more that is not.
"""

from __future__ import annotations

import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingest.watching.state import State
from ingest.workers import Workers
from tests.ingest.watching.world import World


def main(folder: Path, marks: str, kills: list[int]) -> int:
    """Refresh again and again; a request to `marks` tells the web server of the test where each begins."""
    for number, kill in enumerate([*kills, 0]):
        with suppress(urllib.error.URLError):
            urllib.request.urlopen(f"{marks}/{number}")
        child = os.fork()
        if child == 0:
            _refresh(folder, kill)
        _, status = os.waitpid(child, 0)
        if kill and os.WTERMSIG(status) != signal.SIGKILL:
            sys.stderr.write(f"refresh {number} was not killed at event {kill}\n")
            return 1
    return 0


def _refresh(folder: Path, kill: int) -> None:
    events = 0

    def event() -> None:
        nonlocal events
        events += 1
        if events == kill:
            os.kill(os.getpid(), signal.SIGKILL)

    with Workers(1) as workers:
        world = World(folder, workers)
        world.text = (folder / "watch.toml").read_text()
        world.shelf.before_done = lambda draft: event()
        _around_record(world, event)
        world.pass_over()
        world.close()
    os._exit(0)


def _around_record(world: World, event: Callable[[], None]) -> None:
    """Count what is between an article's being safe and its being remembered, and what comes right after that."""
    record = State.record

    def recording(state: State, *arguments: Any, **named: Any) -> None:
        event()
        record(state, *arguments, **named)
        with (world.folder / "recorded").open("a", encoding="utf-8") as log:
            log.write(f"{arguments[1].key}\n")
        event()

    State.record = recording  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], list(map(int, sys.argv[3:]))))

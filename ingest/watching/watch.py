"""All sources of a configuration for ever: each is read when its time has come, and the configuration when it changes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ingest.watching.conductor import Conductor
from ingest.watching.config import read_config
from ingest.watching.remembered import Standing
from ingest.watching.report import Report
from ingest.watching.sources import Config, Source
from ingest.watching.state import State
from ingest.watching.tools import Tools
from retrieval.errors import CitegramError, SettingsError

_PATIENCE_SECONDS = 0.5
_LONGEST_PASS = 600.0  # seconds after which a pass is told that does not end because other sources are read meanwhile
_AGAIN_SECONDS = 60.0


class Watch:
    """Reads sources for ever, `turn` by `turn`."""

    def __init__(
        self,
        config: Config,
        state: State,
        conductor: Conductor,
        tools: Callable[[bool], Tools],
        on_pass: Callable[[list[Report], float, bool], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the first configuration, and what gives the tools to read with, for an operator's own network or not.

        `on_pass` gets what came of the rounds since it was called last, how many seconds they took together, and whether
        none is going on at the moment.
        """
        self._config = config
        self._stamp = _stamp(config.path)
        self._state = state
        self._conductor = conductor
        self._tools = tools
        self._on_pass = on_pass
        self._now = now
        self._due: dict[tuple[str, str], float] = {}
        self._ended: list[Report] = []
        self._ended_since = 0.0
        self._began = time.monotonic()
        self._know()

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set.

        Raises:
            ModelError: nothing can be encoded.
        """
        while not stop.is_set():
            self.turn(_PATIENCE_SECONDS)
        if self._ended:
            self._tell(idle=False)

    def turn(self, patience: float) -> None:
        """Begin what is due, and store what comes; wait `patience` seconds at the most if nothing does."""
        self._read_again()
        for source in self._config.sources:
            if self._due[_key(source)] <= self._now() and not self._is_running(source):
                self._begin(source)
        for ended in self._conductor.turn(patience):
            self._due[_key(ended.source)] = ended.report.next or self._now() + _AGAIN_SECONDS
            self._ended_since = self._ended_since if self._ended else time.monotonic()
            self._ended.append(ended.report)
        idle = not self._conductor.busy
        if self._ended and (idle or time.monotonic() - self._ended_since > _LONGEST_PASS):
            self._tell(idle)

    def _tell(self, idle: bool) -> None:
        reports, self._ended = self._ended, []
        self._on_pass(reports, time.monotonic() - self._began, idle)
        self._began = time.monotonic()

    def _is_running(self, source: Source) -> bool:
        return any(_key(running) == _key(source) for running in self._conductor.running)

    def _begin(self, source: Source) -> None:
        if not self._conductor.busy:
            self._began = time.monotonic()
        try:
            self._conductor.begin(source, self._tools(self._config.allow_private))
        except CitegramError as error:
            self._due[_key(source)] = self._now() + _AGAIN_SECONDS
            self._conductor.teller.line(f"{source.name}: failed: {error}")

    def _read_again(self) -> None:
        """Take what the configuration says now; one that is broken is told, and the old one goes on."""
        stamp = _stamp(self._config.path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            config = read_config(self._config.path)
        except SettingsError as error:
            self._conductor.teller.line(f"{error} Until then the sources are those of before.")
            return
        before, self._config = self._config, config
        try:
            self._know()
        except CitegramError as error:
            self._config, self._stamp = before, None
            self._conductor.teller.line(str(error))
            return
        self._conductor.teller.line(f"{config.path.name} was read again: {len(config.sources)} sources")

    def _know(self) -> None:
        self._state.know(self._config.sources, self._config.path)
        self._due = {_key(source): due_at(source, self._state.standing(source)) for source in self._config.sources}


def due_at(source: Source, standing: Standing) -> float:
    """Return when a source is to be read: as was remembered, but sooner if its interval has become shorter since."""
    if standing.failures or standing.last_success is None:
        return standing.next_due
    return min(standing.next_due, standing.last_success + source.interval * (1 + source.jitter))


def _key(source: Source) -> tuple[str, str]:
    return source.kind, source.name


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Return what changes when a file does; None while there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino

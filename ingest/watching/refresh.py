"""One pass over the sources of a configuration, for cron."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.watching.conductor import Conductor
from ingest.watching.report import Report
from ingest.watching.sources import Config, Source
from ingest.watching.state import State
from ingest.watching.tools import Tools
from retrieval.errors import SettingsError

_PATIENCE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sources a pass is about."""

    names: tuple[str, ...] = ()
    """Empty for all of them."""
    backing_off: bool = False
    """Whether those are tried as well whose time has not come since they failed."""


def chosen(config: Config, choice: Choice) -> tuple[Source, ...]:
    """Return the sources that a pass is about.

    Raises:
        SettingsError: there is none of a name.
    """
    names = {source.name for source in config.sources}
    for name in choice.names:
        if name not in names:
            raise SettingsError(f"{config.path.name} has no source {name!r}; it has {_some(sorted(names))}.")
    return tuple(source for source in config.sources if not choice.names or source.name in choice.names)


def refresh(
    config: Config,
    choice: Choice,
    state: State,
    conductor: Conductor,
    tools: Tools,
    stop: threading.Event,
    now: Callable[[], float] = time.time,
) -> list[Report]:
    """Read each source once and return what came of it, in their order; those that back off are told and left alone.

    It ends when all is done, or soon after `stop` is set: then what was told as done is safe.

    Raises:
        CitegramError: nothing can be read or stored at all.
    """
    state.know(config.sources, config.path)
    reports = []
    for source in chosen(config, choice):
        standing = state.standing(source)
        waits = standing.failures and standing.next_due > now()
        if waits and not (choice.backing_off or choice.names):
            reports.append(Report(source.name, error=standing.error, next=standing.next_due, asked=False))
        else:
            reports.append(conductor.begin(source, tools))
    while conductor.busy and not stop.is_set():
        conductor.turn(_PATIENCE_SECONDS)
    return reports


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more

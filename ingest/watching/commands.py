"""`citegram-ingest watch`, `refresh` and `sources`: their words, and what they print."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.fetching.client import Fetcher
    from ingest.watching.report import Report
    from ingest.watching.rounds import Terms
    from ingest.watching.state import State
    from ingest.watching.storing import Store
    from ingest.watching.tools import Tools
    from retrieval.catalog import Catalog
    from retrieval.settings import Settings


def refresh_parser(prog: str) -> argparse.ArgumentParser:
    """Return the parser of `refresh`."""
    from ingest.ingest_command import date_word, number_word

    parser = argparse.ArgumentParser(
        prog=prog,
        description="Read the sources of a configuration once: what is new, what has changed, what is gone. For cron; "
        "`watch` does it for ever.",
    )
    add = parser.add_argument
    add("config", metavar="CONFIG", type=Path, help="a TOML file that lists the sources; docs/watching.md shows one")
    add("--source", action="append", default=[], metavar="NAME", help="only this source, also if it backs off")
    add("--all", action="store_true", help="also those that failed lately and are left alone for a while")
    add("--limit", type=number_word, metavar="N", help="read N pages or files at most, in all")
    add("--since", type=date_word, metavar="DATE", help="leave out, this time, what says that it is older")
    add("--accept-gone", action="store_true", help="believe that so much of --source is gone")
    add("--dry-run", action="store_true", help="read and tell, and store nothing")
    add("--json", action="store_true", help="print the summary as one JSON object")
    add("--wait", action="store_true", help="wait for another ingest, watch or refresh to end")
    parser.set_defaults(run=_refresh, complain=parser.error)
    return parser


def watch_parser(prog: str) -> argparse.ArgumentParser:
    """Return the parser of `watch`."""
    parser = argparse.ArgumentParser(
        prog=prog, description="Keep the sources of a configuration fresh, for ever: each at its interval."
    )
    parser.add_argument("config", metavar="CONFIG", type=Path, help="a TOML file that lists the sources")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each pass that did anything")
    parser.set_defaults(run=_watch)
    return parser


def sources_parser(prog: str) -> argparse.ArgumentParser:
    """Return the parser of `sources`."""
    parser = argparse.ArgumentParser(prog=prog, description="Tell how each source of a configuration stands.")
    parser.add_argument("config", metavar="CONFIG", type=Path, help="a TOML file that lists the sources")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.set_defaults(run=_sources)
    return parser


def _refresh(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    from ingest.run import stopping
    from ingest.watching.conductor import Conductor
    from ingest.watching.config import read_config
    from ingest.watching.refresh import Choice, chosen, refresh
    from ingest.watching.report import Teller
    from ingest.watching.tools import Tools
    from ingest.workers import Workers

    if options.accept_gone and not options.source:
        options.complain("--accept-gone is for one --source")
    config = read_config(options.config)
    choice = Choice(tuple(options.source), options.all)
    chosen(config, choice)
    started, stop, teller = time.monotonic(), threading.Event(), Teller()
    if options.dry_run:
        opened = _rehearsed(settings, catalog)
    else:
        opened = _opened(settings, catalog, stop, teller.line, wait=options.wait)
    with stopping(stop) as received, opened as (state, store):
        if not (options.dry_run or options.wait):
            _demand_free(settings)
        with Workers() as workers, Conductor(state, store, stop, terms=_terms(options), teller=teller) as conductor:
            tools = Tools(_fetcher(config.allow_private, stop), workers)
            reports = refresh(config, choice, state, conductor, tools, stop)
        index = store.rest()
    _tell(options, settings, reports, index, bool(received), time.monotonic() - started)
    if received:
        return 128 + received[0]
    return 1 if any(report.failed or (report.error and report.asked) for report in reports) else 0


def _watch(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    from ingest.run import stopping
    from ingest.watching.conductor import Conductor
    from ingest.watching.config import read_config
    from ingest.watching.report import Teller
    from ingest.watching.watch import Watch

    config = read_config(options.config)
    stop, teller = threading.Event(), Teller()
    options.since, options.limit, options.accept_gone, options.dry_run = None, None, False, False
    with stopping(stop) as received, _opened(settings, catalog, stop, teller.line) as (state, store):
        supply = _Supply(stop)

        def on_pass(reports: list[Report], seconds: float, idle: bool) -> None:
            index = store.rest() if idle else "up to date"
            if idle:
                supply.rest()
            if any(report.did_anything for report in reports):
                _tell(options, settings, reports, index, bool(received), seconds)

        with Conductor(state, store, stop, terms=_terms(options), teller=teller) as conductor:
            teller.line(f"watching {len(config.sources)} sources of {config.path}")
            Watch(config, state, conductor, supply.tools, on_pass).run(stop)
        supply.rest()
    return 128 + received[0]


def _sources(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    from ingest.watching.config import read_config
    from ingest.watching.standings import standings

    config = read_config(options.config)
    for standing in standings(config, settings.data_dir, catalog.id):
        if options.json:
            _print_json(standing)
        else:
            name, *facts = standing.items()
            _print("  ".join((name[1], *(f"{what} {'-' if value is None else value}" for what, value in facts))))
    return 0


class _Supply:
    """What rounds read with: the client is kept, as it knows who asked to be left alone; workers live for a pass."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._fetchers: dict[bool, Fetcher] = {}
        self._made: dict[bool, Tools] = {}

    def tools(self, allow_private: bool) -> Tools:
        from ingest.watching.tools import Tools
        from ingest.workers import Workers

        if allow_private not in self._made:
            if allow_private not in self._fetchers:
                self._fetchers[allow_private] = _fetcher(allow_private, self._stop)
            self._made[allow_private] = Tools(self._fetchers[allow_private], Workers())
        return self._made[allow_private]

    def rest(self) -> None:
        for tools in self._made.values():
            tools.workers.close()
        self._made.clear()


def _fetcher(allow_private: bool, stop: threading.Event) -> Fetcher:
    from ingest.fetching.client import Fetcher
    from ingest.watching.tools import StoppableClock

    return Fetcher(allow_private, clock=StoppableClock(stop))


def _terms(options: argparse.Namespace) -> Terms:
    from ingest.watching.rounds import Terms
    from ingest.watching.tools import SharedAllowance

    confirming = f"citegram-ingest refresh {shlex.quote(str(options.config))}"
    return Terms(options.since, SharedAllowance(options.limit), options.accept_gone, confirming)


@contextmanager
def _opened(
    settings: Settings, catalog: Catalog, stop: threading.Event, line: Callable[[str], None], *, wait: bool = False
) -> Iterator[tuple[State, Store]]:
    """Give what is remembered and what stores, to one process at a time."""
    from ingest.lock import watching
    from ingest.watching.state import State
    from ingest.watching.storing import Storing

    with watching(settings.data_dir, wait=wait), closing(State.in_directory(settings.data_dir, catalog.id)) as state:
        store = Storing(settings, catalog, stop, line)
        try:
            yield state, store
        finally:
            store.rest()


@contextmanager
def _rehearsed(settings: Settings, catalog: Catalog) -> Iterator[tuple[State, Store]]:
    """Give the same for a dry run: a copy of what is remembered, beside whoever is at it."""
    from ingest.watching.state import State
    from ingest.watching.storing import Rehearsal

    with closing(State.copy_of(settings.data_dir, catalog.id)) as state:
        yield state, Rehearsal(catalog)


def _demand_free(settings: Settings) -> None:
    """Say at once that another ingest is running, before anything is fetched; who comes later is waited for."""
    from ingest.lock import writing

    with writing(settings.data_dir, wait=False):
        return


def _tell(
    options: argparse.Namespace, settings: Settings, reports: list[Report], index: str, stopped: bool, seconds: float
) -> None:
    from ingest.watching.report import sentence, totals

    told = totals(reports, index=index, stopped=stopped, data_dir=str(settings.data_dir), seconds=seconds)
    sys.stderr.write(sentence(told) + "\n")
    if options.dry_run:
        sys.stderr.write("Nothing was stored (--dry-run)\n")
        told["dry_run"] = True
    if options.json:
        _print_json(told)


def _print_json(value: dict[str, Any]) -> None:
    _print(json.dumps(value, ensure_ascii=False))


def _print(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()

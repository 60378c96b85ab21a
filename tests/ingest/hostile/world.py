"""Files, and a web with one public site, given to ingest as an operator would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingest.fetching.client import Fetcher
from ingest.fetching.hops import Limits
from ingest.sources.draft import Draft, Problem
from ingest.sources.walk import read_articles
from ingest.web.gathering import Gathering, WebSources
from ingest.workers import Workers
from tests.ingest.fetching.networks import NEWS, Net, StillClock, trusting
from tests.web_server import WebServer, web_server

WORDS = "The harbour bridge in Westmere was closed on Monday morning, and buses are diverted through the old tunnel. "
"""A sentence to read."""

SHORTER = 0.4
"""Seconds that a page may take here, where that is what runs out; the lines have the usual 20."""

_LONGEST_TEXT = 110  # characters of an article in the table


@dataclass
class World:
    """Files, and a web with one public site, whose host is news.example; what is told is kept."""

    folder: Path
    site: WebServer
    workers: Workers
    net: Net = field(default_factory=Net)
    told: list[str] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)

    def files(self, contents: Mapping[str, bytes | str]) -> str:
        """What comes of files."""
        for name, content in contents.items():
            (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.paths(*contents)

    def paths(self, *names: str) -> str:
        paths = [str(self.folder / name) for name in names]
        self.drafts += read_articles(paths, self._problem, workers=self.workers)
        return self._outcome()

    def web(self, sources: WebSources, seconds: float = 20.0, allow_private: bool = False) -> str:
        """What comes of what is on the web; every other second passes only here."""
        self.net.place("news.example", NEWS, self.site)
        fetcher = Fetcher(
            allow_private,
            resolver=self.net.resolver,
            connect=self.net.connect,
            clock=StillClock() if seconds == Limits().seconds else None,
            limits=Limits(seconds=seconds),
            tls=trusting(),
            interval=0,
        )
        with Gathering(fetcher, self.workers, self._problem, self._notice) as gathering:
            self.drafts += gathering.drafts(sources)
        return self._outcome().replace(f"{SHORTER:g} s", "20 s")

    def page(self, url: str = "http://news.example/a", seconds: float = 20.0, allow_private: bool = False) -> str:
        return self.web(WebSources(pages=(url,)), seconds, allow_private)

    def feed(self) -> str:
        return self.web(WebSources(feeds=("http://news.example/feed",)))

    def _problem(self, problem: Problem) -> None:
        self.told.append(problem.reason)

    def _notice(self, line: str) -> None:
        self.told.append(line.partition(": ")[2])

    def _outcome(self) -> str:
        notices = [notice for draft in self.drafts for notice in draft.notices]
        count = len(self.drafts)
        read = [f"read as “{_shown(self.drafts[0])}”"] if count == 1 else [f"{count:,} articles"] if count else []
        return "; ".join(dict.fromkeys(read + notices + self.told)).replace(str(self.folder), "")


Trial = Callable[[World], str]


@dataclass(frozen=True)
class Hostile:
    """An input in words, and how to give it."""

    section: str
    what: str
    trial: Trial
    slow: bool = False
    """Takes seconds: not in `make test`, but in `make soak`."""


@contextmanager
def world(folder: Path, workers: Workers) -> Iterator[World]:
    with web_server() as site:
        yield World(folder, site, workers)


def _shown(draft: Draft) -> str:
    text = re.sub("\n+", " ⏎ ", draft.article.text)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def trials(section: str, rows: dict[str, Trial], slow: bool = False) -> list[Hostile]:
    return [Hostile(section, what, trial, slow) for what, trial in rows.items()]

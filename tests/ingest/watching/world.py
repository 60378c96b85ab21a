"""Sources that are watched in a test: a site and folders, a clock that is set, and a catalogue without a model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.fetching.client import Fetcher
from ingest.identity import resolve
from ingest.pipeline import Done
from ingest.sources.draft import Draft
from ingest.watching.conductor import Conductor
from ingest.watching.config import parse_config
from ingest.watching.refresh import Choice, refresh
from ingest.watching.report import Report, Teller
from ingest.watching.rounds import Terms
from ingest.watching.sources import Config
from ingest.watching.state import State
from ingest.watching.storing import Storing
from ingest.watching.tools import Tools
from ingest.workers import Workers
from retrieval.catalog import Catalog
from retrieval.errors import CatalogError
from retrieval.settings import Settings
from tests.building import put
from tests.ingest.web.reading import BRIDGE, page
from tests.web_server import Reply

START = 1_780_000_000.0
"""A moment in seconds since 1970: 2026-05-28."""


class Shelf(Storing):
    """Stores in a real catalogue, but without a model and an index."""

    def __init__(self, settings: Settings, catalog: Catalog, stop: threading.Event) -> None:
        super().__init__(settings, catalog, stop, lambda line: None)
        self.stored: list[str] = []
        """Ids of what was new or had changed, in order."""
        self.removed: list[str] = []
        self.stretches = 0
        self.before_done: Callable[[Draft], None] = lambda draft: None

    def ingest(self, drafts: Iterable[Draft]) -> Iterator[Done]:
        self.stretches += 1
        with self.changing():
            for draft in drafts:
                self.before_done(draft)
                yield self._stored(draft)

    def _stored(self, draft: Draft) -> Done:
        article, _ = resolve(self._catalog, draft)
        try:
            kind = put(self._catalog, article, draft.identity, draft.origin)
        except CatalogError as error:
            return Done("failed", draft.name, article.id, reason=str(error), origin=draft.origin)
        if kind == "unchanged":
            self._catalog.put_origin(article.id, draft.origin)
        else:
            self.stored.append(article.id)
        return Done(kind, draft.name, article.id, notices=draft.notices, origin=draft.origin)

    def remove(self, ids: Sequence[str]) -> str:
        self.removed += [id_ for id_ in ids if self._catalog.remove(id_)]
        return ""

    def rest(self) -> str:
        return "up to date"


class Silent(Teller):
    """Keeps the lines instead of writing them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)


class World:
    """A data directory, a configuration beside it, and passes over its sources."""

    def __init__(self, folder: Path, workers: Workers) -> None:
        self.folder = folder
        self.settings = Settings(CITEGRAM_DATA_DIR=folder / "data")  # type: ignore[call-arg]
        self.catalog = Catalog.in_directory(self.settings.data_dir)
        self.state = State.in_directory(self.settings.data_dir, self.catalog.id)
        self.stop = threading.Event()
        self.shelf = Shelf(self.settings, self.catalog, self.stop)
        self.now = START
        self.teller = Silent()
        self.tools = Tools(Fetcher(allow_private=True, interval=0), workers)
        self.text = ""
        self.reports: dict[str, Report] = {}

    def go_on(self) -> None:
        """Begin anew after a stop, which the threads of before still see."""
        self.stop = threading.Event()
        self.shelf = Shelf(self.settings, self.catalog, self.stop)

    def close(self) -> None:
        self.state.close()
        self.catalog.close()

    def write(self, *sources: str, top: str = "") -> None:
        """Set the configuration: what stands at the top, and the lines of each source."""
        self.text = "\n".join([top, *(f"[[source]]\n{source}" for source in sources)])

    @property
    def config(self) -> Config:
        return parse_config(self.text.encode(), self.folder / "watch.toml")

    def conductor(self, **terms: Any) -> Conductor:
        return Conductor(
            self.state,
            self.shelf,
            self.stop,
            terms=Terms(**terms),
            teller=self.teller,
            now=lambda: self.now,
            chance=lambda: 0.5,
        )

    def pass_over(self, *, later: float = 0.0, choice: Choice | None = None, **terms: Any) -> dict[str, Report]:
        """Refresh once, `later` seconds after the time before, and return what came of each source by its name."""
        self.now += later
        with self.conductor(**terms) as conductor:
            reports = refresh(
                self.config, choice or Choice(), self.state, conductor, self.tools, self.stop, lambda: self.now
            )
        self.reports = {report.name: report for report in reports}
        return self.reports

    def one(self, *, later: float = 0.0, **terms: Any) -> Report:
        """Refresh once where there is one source."""
        [report] = self.pass_over(later=later, **terms).values()
        return report

    def ids(self) -> set[str]:
        return {stored.article.id for stored in self.catalog.articles()}

    def metadata(self, article_id: str) -> dict[str, Any]:
        stored = self.catalog.article(article_id)
        assert stored is not None
        return dict(stored.article.metadata)


def counts(report: Report) -> tuple[int, int, int, int, int]:
    """New, updated, unchanged, gone, failed."""
    return report.new, report.updated, report.unchanged, report.gone, len(report.failed)


def story(name: str, more: str = "") -> Reply:
    """A page with an article of its own."""
    return Reply(page(name, (f"This is the article that is called {name}. {more} {BRIDGE[0]}", BRIDGE[1])))


def with_etag(reply: Reply, etag: str) -> Reply:
    return replace(reply, headers={**reply.headers, "ETag": etag})

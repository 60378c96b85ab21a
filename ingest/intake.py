"""All that an operator names, files first and then the web, to drafts: as many, and as recent, as asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from ingest.fetching.client import Fetcher
from ingest.progress import Reporter
from ingest.sources.draft import Draft
from ingest.sources.walk import read_articles
from ingest.web.gathering import Gathering, WebSources, is_older
from ingest.web.stopping import StoppableClock
from ingest.workers import Workers


class Intake:
    """What is read in one run; `left_out` counts what is older than asked for."""

    def __init__(
        self,
        paths: Sequence[str],
        sources: WebSources,
        reporter: Reporter,
        *,
        allow_private: bool = False,
        interval: float = 1.0,
    ) -> None:
        """Take files, folders and what is on the web, whose `limit` and `since` hold for the files too.

        `interval` is the least number of seconds between two requests to a host. What fails goes to the reporter.
        """
        self.left_out = 0
        self._paths = paths
        self._sources = sources
        self._reporter = reporter
        self._allow_private = allow_private
        self._interval = interval

    def drafts(self) -> Iterator[Draft]:
        """Yield the articles, read as they are asked for."""
        limit, count = self._sources.limit, 0
        for draft in islice(self._from_files(), limit):
            count += 1
            yield draft
        left = None if limit is None else limit - count
        if self._sources and left != 0:
            yield from self._from_web(replace(self._sources, limit=left))

    def _from_files(self) -> Iterator[Draft]:
        reporter = self._reporter
        articles = read_articles(self._paths, reporter.problem, reporter.skipped, on_notice=reporter.line)
        for draft in articles:
            if is_older(draft, self._sources.since):
                self.left_out += 1
            else:
                yield draft

    def _from_web(self, sources: WebSources) -> Iterator[Draft]:
        clock = StoppableClock()
        fetcher = Fetcher(self._allow_private, clock=clock, interval=self._interval)
        before = self.left_out
        try:
            with Workers() as workers, self._gathering(fetcher, workers) as gathering:
                for draft in gathering.drafts(sources):
                    self.left_out = before + gathering.left_out
                    yield draft
            self.left_out = before + gathering.left_out
        finally:
            clock.stop()  # the program would else wait at its end for pages that wait for their turn

    def _gathering(self, fetcher: Fetcher, workers: Workers) -> Gathering:
        reporter = self._reporter
        return Gathering(fetcher, workers, reporter.problem, reporter.line, reporter.expect)

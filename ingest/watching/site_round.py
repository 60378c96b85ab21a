"""A round of a section of a site: walked through with what the last walk remembers of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ingest.sources.addresses import canonical_url, shown_path
from ingest.sources.draft import Problem
from ingest.watching.items import Item, key_of, visit_json, visit_of
from ingest.watching.pages_round import PagesRound, Wanted
from ingest.watching.remembered import Standing
from ingest.web.pages import Asked
from ingest.web.visits import Visit
from retrieval.errors import ArticleError

_BUSY = "asks to be left alone"  # so say the reasons of `ingest.fetching`, which are all that a walk gives of a page


class SiteRound(PagesRound):
    """Walks through a section, whose pages are all asked for in each round, most of them only whether they changed."""

    def run(self, standing: Standing) -> None:
        """Walk, and then ask for what no page links to any more.

        Raises:
            ArticleError: its first page cannot be had.
            CitegramError: something could not be stored or remembered.
        """
        known = self.desk.state.items(standing.number)
        [url] = self.desk.source.addresses
        seen: set[str] = set()
        walk = self.tools.walk.pages(
            url,
            self.desk.source.depth,
            self.allowance,
            lambda address: visit_of(known.get(canonical_url(address) or "")),
        )
        for found in walk:
            self.desk.demand_going_on()
            if isinstance(found, Asked):
                key = key_of(found.link)
                seen.add(key)
                self.take_in(found, Wanted(found.link, known.get(key)))
            elif isinstance(found, Visit):
                self._visited(found, known, seen)
            elif isinstance(found, Problem):
                seen.add(self._problem(found, known))
            else:
                self._left_over(found, url, known)
        self.desk.forget_problems(known, seen)
        for wanted in self.fallen_out(known, seen):
            if wanted.before is not None and wanted.before.articles and self.take():
                self.ask(wanted)
        self.desk.wait()
        self.demand_an_answer()

    def _visited(self, visit: Visit, known: Mapping[str, Item], seen: set[str]) -> None:
        """Remember a page that only leads to others."""
        self.count()
        key = canonical_url(visit.url) or visit.url
        seen.add(key)
        before = known.get(key)
        item = replace(before or Item(key, shown_path(visit.url), visit.url), visit=visit_json(visit), error="", gone=0)
        if item != before:
            self.desk.remember(item)

    def _problem(self, problem: Problem, known: Mapping[str, Item]) -> str:
        """Tell of a page that leads nowhere, once; a walk comes by again, so that it need not be asked for besides.

        Raises:
            ArticleError: its host asks to be left alone.
        """
        self.count(problem)
        if _BUSY in problem.reason:
            raise ArticleError(problem.reason)
        key = canonical_url(problem.name) or problem.name
        self.tell(problem, key, known)
        return key

    def _left_over(self, notice: str, url: str, known: Mapping[str, Item]) -> None:
        if not known:  # the first time; afterwards it is the same in each round
            self.desk.notice(f"{shown_path(url)}: {notice}")

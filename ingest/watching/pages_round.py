"""A round of pages: what a feed, a sitemap or an operator lists, and of it only what may be new or different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ingest.fetching.client import NotModified
from ingest.fetching.failing import FetchError
from ingest.sources.addresses import shown_path
from ingest.sources.draft import Draft, Problem
from ingest.watching.desk import Desk
from ingest.watching.items import Item, entry_json, fingerprint, key_of, visit_json
from ingest.watching.remembered import Standing
from ingest.watching.tools import SharedAllowance, Tools
from ingest.web.gathering import is_before, is_older
from ingest.web.links import Link, host_of
from ingest.web.pages import Asked
from retrieval.errors import ArticleError


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page to ask for."""

    link: Link
    before: Item | None
    listed: str = ""
    by_listing: bool = False


@dataclass(frozen=True, slots=True)
class _Listed:
    links: tuple[Link | Problem, ...]
    etag: str | None = None
    modified: str | None = None
    unchanged: bool = False


class PagesRound:
    """Asks for pages and gives their articles to the desk."""

    def __init__(self, desk: Desk, tools: Tools, allowance: SharedAllowance, since: str | None) -> None:
        """Take the desk of the round, what reads, how many pages may be asked for, and what is too old for this time."""
        self.desk = desk
        self.tools = tools
        self.allowance = allowance
        self._since = since
        self._asked = 0
        self._answered = 0
        self._failed: ArticleError | None = None
        self._busy: set[str] = set()
        self._left = False

    def run(self, standing: Standing) -> None:
        """Read what the source lists.

        Raises:
            ArticleError: the listing cannot be had, or no page of a source without one can.
            CitegramError: something could not be stored or remembered.
        """
        known = self.desk.state.items(standing.number)
        listed = self._listing(standing)
        if not listed.unchanged:
            self.desk.forget_problems(known, set(map(_name, listed.links)))
        for link in listed.links:
            if isinstance(link, Problem):
                self.tell(link, link.name, known)
        for wanted in self._wanted(listed, known):
            if host_of(wanted.link.url) in self._busy:
                self._left = True
            elif self.take():
                self.ask(wanted)
            else:
                self._left = True
                break
        self.desk.wait()
        if not listed.unchanged and not self._left and self.desk.all_stored:
            self.desk.state.listed(standing.number, listed.etag, listed.modified)
        self.demand_an_answer()

    def take(self) -> bool:
        """Return whether one more page may be asked for."""
        self.desk.demand_going_on()
        return self.allowance.take()

    def ask(self, wanted: Wanted) -> None:
        """Ask for a page and read it."""
        before, link = wanted.before, wanted.link
        known = before if before is not None and not before.gone else None
        answer = self.tools.pages.answer(
            link, etag=known.etag if known else None, modified=known.modified if known else None
        )
        self.take_in(self.tools.pages.hand_in(link, answer), wanted)

    def take_in(self, asked: Asked, wanted: Wanted) -> None:
        """Give what an address answered to the desk."""
        self._asked += 1
        before, link = wanted.before, wanted.link
        reading = self.tools.pages.read(asked)
        item = replace(
            before or Item(key_of(link), link.name),
            name=link.name,
            url=link.url,
            public_only=link.public_only,
            listed=wanted.listed or (before.listed if before else ""),
        )
        if isinstance(reading.outcome, Problem):
            failed = asked.answer if isinstance(asked.answer, FetchError) else None
            if reading.gone:
                self._answered += 1
                self.desk.gone(item, before, reading.outcome.reason)
                return
            self._failed = failed or self._failed
            if failed is not None and failed.retry_after is not None:
                self._leave_alone(link, failed)
                return
            self._answered += failed is None
            self.desk.failing(item, before, reading.outcome.reason)
            self._left = self._left or not link.url
            return
        self._answered += 1
        if isinstance(reading.outcome, NotModified):
            assert before is not None
            visit = visit_json(reading.visit) or before.visit
            self.desk.same(replace(item, visit=visit), before, by_listing=wanted.by_listing)
            return
        item = replace(
            item, etag=reading.etag, modified=reading.modified, visit=visit_json(reading.visit),
            from_feed=reading.from_feed, entry=entry_json(link.entry) or item.entry,
        )  # fmt: skip
        self._hand_over(reading.outcome, item, wanted)

    def demand_an_answer(self) -> None:
        """Take it for a failure of the source if none of its pages could be had, and it has nothing else to show.

        Raises:
            ArticleError: as the last page had it.
        """
        alone = self.desk.source.kind in ("pages", "site") or bool(self._busy)
        if alone and self._asked and not self._answered and self._failed:
            raise self._failed

    def _leave_alone(self, link: Link, busy: FetchError) -> None:
        """Leave the pages of a host for later that asks for it."""
        self._busy.add(host_of(link.url))
        self._left = True
        self.desk.notice(f"{link.name}: {busy}; the other pages of its host are left for later")

    def count(self, failed: Problem | None = None) -> None:
        """Count a page that was asked for and is none to be stored."""
        self._asked += 1
        self._answered += failed is None
        self._failed = ArticleError(failed.reason) if failed else self._failed

    def _hand_over(self, draft: Draft, item: Item, wanted: Wanted) -> None:
        if is_older(draft, self._since) and not is_older(draft, self.desk.source.since):
            self._left = True  # it is of interest when nobody says otherwise
            return
        work = self.desk.work(item, wanted.before, by_listing=wanted.by_listing)
        older = is_older(draft, self.desk.source.since)
        if not older:
            work.offer(draft)
        work.close(whole=not older)

    # What is listed

    def _listing(self, standing: Standing) -> _Listed:
        source = self.desk.source
        if source.kind == "pages":
            return _Listed(tuple(Link(url, shown_path(url)) for url in source.addresses))
        [url] = source.addresses
        if source.kind == "sitemap":
            links = tuple(self.tools.listings.sitemap(url))
            problem = next((link for link in links if isinstance(link, Problem)), None)
            if problem is not None and not any(isinstance(link, Link) for link in links):
                raise ArticleError(problem.reason)
            return _Listed(links)
        listing = self.tools.listings.feed(url, etag=standing.etag, modified=standing.modified)
        if isinstance(listing, NotModified):
            return _Listed((), unchanged=True)
        if listing.notice and standing.last_success is None:  # the first time; afterwards it is the same in each round
            self.desk.notice(f"{shown_path(url)}: {listing.notice}")
        return _Listed(listing.links, listing.etag, listing.modified)

    def tell(self, problem: Problem, key: str, known: Mapping[str, Item]) -> None:
        """Tell of what is listed and cannot be asked for, once."""
        before = known.get(key)
        if before is None or before.error != problem.reason:
            self.desk.failing(before or Item(key, problem.name), before, problem.reason)

    def _wanted(self, listed: _Listed, known: Mapping[str, Item]) -> list[Wanted]:
        """Return the pages to ask for: new ones, then those that are said to have changed, then those that are due."""
        new, changed, due, seen = [], [], [], set()
        for link in listed.links:
            if isinstance(link, Problem) or (key := key_of(link)) in seen:
                continue
            seen.add(key)
            if is_before(link.date, self.desk.source.since):
                continue
            if is_before(link.date, self._since):
                self._left = True
                continue
            before, said = known.get(key), fingerprint(link)
            if before is None:
                new.append(Wanted(link, None, said))
            elif before.changed_by(said):
                changed.append(Wanted(link, before, said, by_listing=True))
            elif before.next_check <= self.desk.now():
                due.append(Wanted(link, before, said))
        due += self.fallen_out(known, seen)
        return [*new, *changed, *sorted(due, key=lambda wanted: wanted.before.next_check if wanted.before else 0.0)]

    def fallen_out(self, known: Mapping[str, Item], seen: set[str]) -> Iterator[Wanted]:
        """Yield the pages that were listed once, are not now, and are due: they may have changed, or be gone."""
        for key, item in known.items():
            if key not in seen and item.url and not item.from_feed and item.next_check <= self.desk.now():
                yield Wanted(item.link(), item)


def _name(link: Link | Problem) -> str:
    return link.name if isinstance(link, Problem) else key_of(link)

"""One address to one article: fetched, read by a worker, and completed by what its feed says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest.fetching.client import HTML, Fetcher, NotModified, Page
from ingest.fetching.failing import FetchError
from ingest.sources.addresses import canonical_url, shown_path
from ingest.sources.assemble import assemble
from ingest.sources.draft import Draft, Found, Place, Problem
from ingest.web.charsets import as_declared
from ingest.web.entry_text import plain
from ingest.web.fetched import as_document
from ingest.web.links import Link, host_of
from ingest.web.merging import merged
from ingest.web.visits import Visit
from ingest.workers import Job, Workers
from retrieval.errors import ArticleError

KINDS = {**dict.fromkeys(HTML, "page"), "application/pdf": "pdf"}
"""What is read as a page, and which reader reads it."""

_NAMED_OTHERWISE = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "text/xml",
    "application/xml",
)
_OTHERWISE = "is no page; name a feed after --feed and a sitemap after --sitemap"

_NO_PAGE = "has neither an address to read nor a text in its feed"

# From when on the text of a feed goes before that of its page. Over 106 pages whose text is known, the known text was at
# most 1.13 times as long as what is read of the page, but for one page of which a third was missed (1.67); a teaser leaves
# more than half out. What feeds put below a text ("The post ... appeared first on ...") is shorter than `_MORE`.
_LONGER = 1.5
_MORE = 300  # characters


Answer = Page | NotModified | FetchError | None
"""What comes of asking for a page; None where there is no address to ask."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address answered, and the document that a worker is reading."""

    link: Link
    answer: Answer
    job: Job | None = None
    visit: Visit | None = None
    """What a walk through its site should remember of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of an address."""

    link: Link
    outcome: Draft | Problem | NotModified
    etag: str | None = None
    modified: str | None = None
    """What to ask with the next time whether the page has changed; none where its feed stood in for it."""
    gone: bool = False
    """Whether the site says that there is no such page (any more)."""
    retry_after: float | None = None
    """Seconds that the host asks to be left alone."""
    visit: Visit | None = None
    """What a walk through its site should remember of it, once the article is safe."""
    from_feed: bool = False
    """Whether the text is what its feed has of it."""


class PageReader:
    """Reads addresses, in the steps that go on at the same time for several of them."""

    def __init__(self, fetcher: Fetcher, workers: Workers) -> None:
        """Take what fetches and what parses."""
        self._fetcher = fetcher
        self._workers = workers

    def reading(self, link: Link, *, etag: str | None = None, modified: str | None = None) -> Reading:
        """Fetch and read an address, only if it has changed since what an earlier reading gave."""
        return self.read(self.hand_in(link, self.answer(link, etag=etag, modified=modified)))

    def answer(self, link: Link, *, etag: str | None = None, modified: str | None = None) -> Answer:
        """Fetch an address. Several threads may do this at the same time."""
        if not link.url:
            return None
        try:
            return self._fetcher.fetch(
                link.url,
                etag=etag,
                modified=modified,
                accept=(*KINDS, *_NAMED_OTHERWISE),
                public_only=link.public_only,
            )
        except FetchError as error:
            return error

    def hand_in(self, link: Link, answer: Answer, visit: Visit | None = None) -> Asked:
        """Hand what an address answered to a worker, which `read` then waits for."""
        if not isinstance(answer, Page) or answer.content_type not in KINDS:
            return Asked(link, answer, visit=visit)
        kind, data = KINDS[answer.content_type], answer.body
        if kind == "page":
            data = as_document(as_declared(data, answer.charset), answer.url, answer.public)
        return Asked(link, answer, self._workers.submit(kind, data), visit)

    def read(self, asked: Asked) -> Reading:
        """Return the article of an address, as its page has it; as its feed has it where the page has none or less."""
        link, answer = asked.link, asked.answer
        if isinstance(answer, NotModified):
            return Reading(link, answer, visit=asked.visit)
        failed = answer if isinstance(answer, FetchError) else None
        try:
            draft, from_feed = self._from_page(asked)
        except ArticleError as error:
            outcome = self._from_feed(link, str(error))
            size = len(answer.body) if isinstance(answer, Page) else 0
            return Reading(
                link,
                replace(outcome, size=size),
                gone=failed is not None and failed.gone,
                retry_after=failed.retry_after if failed else None,
                visit=asked.visit,
                from_feed=isinstance(outcome, Draft),
            )
        assert isinstance(answer, Page)
        known = (None, None) if from_feed else (answer.etag, answer.modified)
        return Reading(link, draft, *known, visit=asked.visit, from_feed=from_feed)

    def _from_page(self, asked: Asked) -> tuple[Draft, bool]:
        """Return the article, and whether its text is what its feed has of it."""
        link, answer = asked.link, asked.answer
        if isinstance(answer, FetchError):
            raise answer
        if not isinstance(answer, Page):
            raise ArticleError(_NO_PAGE)
        if asked.job is None:
            raise ArticleError(_OTHERWISE)
        [part] = asked.job.result()
        if part.problem:
            raise ArticleError(part.problem)
        fuller = self._fuller(part.found, link) if answer.content_type in HTML else None
        found = merged(fuller or part.found, link.entry)
        draft = assemble(_placed(found, answer), Place(link.name, shown_path(answer.url), len(answer.body)))
        return draft, fuller is not None

    def _fuller(self, page: Found, link: Link) -> Found | None:
        """Return a page with the text that its own feed has of it, where that is clearly more than the page shows."""
        entry = link.entry
        least = max(_LONGER * len(page.text), len(page.text) + _MORE)
        if entry is None or not link.own or len(plain(entry.text)) < least:
            return None
        try:
            text = self._text_of(entry, link).text
        except ArticleError:
            return None
        if len(text) < least:
            return None
        notice = (
            f"this is what its feed has of it: {len(text):,} characters, of which its page shows {len(page.text):,}"
        )
        return replace(page, text=text, notices=(*(told for told in page.notices if "date" in told), notice))

    def _text_of(self, entry: Found, link: Link) -> Found:
        page = f"<!DOCTYPE html><meta charset=utf-8><body><article>{entry.text}</article>".encode("utf-8", "replace")
        [part] = self._workers.submit("page", as_document(page, link.url, public=True)).result()
        if part.problem:
            raise ArticleError(part.problem)
        return part.found

    def _from_feed(self, link: Link, reason: str) -> Draft | Problem:
        """Return what the feed has of an article whose page cannot be had, if it may speak for that page."""
        entry = link.entry
        if entry is None or not entry.text or (link.url and not link.own):
            return Problem(link.name, reason)
        try:
            read = self._text_of(entry, link)
            notice = f"this is what its feed has of it, as its page cannot be read: {reason}"
            found = Found(
                read.text,
                {**entry.fields, "id": None, "url": link.url or None},
                entry.metadata,
                (*read.notices, notice) if link.url else read.notices,
            )
            return assemble(found, Place(link.name, shown_path(link.url or link.name)))
        except ArticleError:
            return Problem(link.name, reason)


def _placed(found: Found, page: Page) -> Found:
    """Return what is known of a page with the address it is cited by, and its host where it names no source."""
    named = found.fields.get("url")
    address = canonical_url(named if isinstance(named, str) and named else page.url)
    if address is None:
        raise ArticleError("has an address that is too long or too odd to be cited")
    source = found.fields.get("source") or host_of(page.url)
    return replace(found, fields={**found.fields, "id": None, "url": address, "source": source})

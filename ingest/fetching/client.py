"""The one client through which everything from the web comes in: public hosts only, in bounds, politely.

What each part guards against: `targets` addresses that two readers read differently, `addresses` and `hops` requests into
one's own network, `wire` slow and malformed answers, `bodies` large ones, `robots` and `pace` being a burden to others.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from ingest.fetching.bodies import charset, checked_type, demand_accepted, media_type, read_body
from ingest.fetching.clock import Clock, Deadline, SystemClock
from ingest.fetching.failing import FetchError, status_error
from ingest.fetching.hops import Arrival, Limits, Road
from ingest.fetching.pace import LONGEST_WAIT, Pace, retry_after
from ingest.fetching.resolving import Resolver, system_resolver
from ingest.fetching.site_rules import SiteRules
from ingest.fetching.targets import Target, target_of
from ingest.fetching.wire import Connect, open_socket, trusting_context

HTML = ("text/html", "application/xhtml+xml")
"""The types of pages."""

_OK = (200, 203)
_NOT_MODIFIED = 304
_BUSY = (429, 503)
_UNSAID_WAIT = 10.0  # seconds to leave a host alone that says it is asked too often, but not for how long
_LONGEST_VALIDATOR = 1_000  # characters of an ETag or a date that are kept


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave."""

    url: str
    """Where it came from in the end, after redirects."""
    status: int
    content_type: str
    """In lower case without parameters; what the body looks like when none is declared."""
    body: bytes
    etag: str | None = None
    modified: str | None = None
    """What to give to `fetch` the next time, as it stands."""
    charset: str | None = None
    """As declared, which may be wrong or no charset at all."""
    public: bool = True
    """Whether a public host had a say in it: then its links are to be fetched with `public_only`."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The page is the one that is known already."""

    url: str


@dataclass(frozen=True, slots=True)
class _Asking:
    target: Target
    headers: Mapping[str, str]
    accept: tuple[str, ...]
    deadline: Deadline
    known: bool
    public_only: bool


class Fetcher:
    """Fetches pages, one at a time for each thread that asks; several threads can share one."""

    def __init__(
        self,
        allow_private: bool = False,
        *,
        resolver: Resolver = system_resolver,
        connect: Connect = open_socket,
        clock: Clock | None = None,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        interval: float = 1.0,
    ) -> None:
        """Set up without asking anyone anything.

        `allow_private` is for an operator's own network and never for what a reader of the bot asks for. `interval` is
        the least number of seconds between two requests to a host.
        """
        self._clock = clock or SystemClock()
        self._limits = limits or Limits()
        self._pace = Pace(self._clock, interval)
        self._headers = {"User-Agent": f"Citegram/{version('citegram')} (reads articles, obeys robots.txt)"}
        self._road = Road(allow_private, resolver, connect, tls or trusting_context(), self._limits)
        self._rules = SiteRules(self._road, self._clock, self._headers)

    def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        modified: str | None = None,
        accept: tuple[str, ...] = HTML,
        public_only: bool = False,
    ) -> Page | NotModified:
        """Fetch a page of one of the types in `accept`; with what an earlier answer gave, only if it has changed.

        Waits for its turn at the host. A host that is busy and says for how long is asked once more. `public_only` is for
        a link found on a public page (`Page.public`): such a page has no say in what is fetched from one's own network.

        Raises:
            FetchError: there is no such page, it is not allowed, or it goes beyond the limits.
        """
        target = target_of(url)
        known = _known(etag, modified)
        headers = {**self._headers, "Accept": f"{', '.join(accept)}, */*;q=0.1", "Accept-Encoding": "gzip", **known}
        asking = _Asking(target, headers, accept, Deadline(self._clock, self._limits.seconds), bool(known), public_only)
        try:
            return self._fetch(asking)
        except FetchError as error:
            if error.status not in _BUSY or error.retry_after is None or error.retry_after > LONGEST_WAIT:
                raise
        return self._fetch(asking)

    def _fetch(self, asking: _Asking) -> Page | NotModified:
        asked: set[str] = set()

        def before(hop: Target, public: bool) -> None:
            delay = self._rules.demand_allowed(hop, asking.deadline, public)
            if hop.host not in asked:  # a redirect within a host is part of the same request
                asked.add(hop.host)
                asking.deadline.pause(self._pace.wait(hop.host, delay))

        with self._road.follow(asking.target, asking.headers, asking.deadline, before, asking.public_only) as arrival:
            if arrival.answer.status == _NOT_MODIFIED and asking.known:
                return NotModified(arrival.target.url)
            if arrival.answer.status not in _OK:
                raise self._refusal(arrival)
            return _page(arrival, asking.accept, self._limits.body)

    def _refusal(self, arrival: Arrival) -> FetchError:
        """Return the error for an answer that is no page, and leave the host alone if it asks for that."""
        answer = arrival.answer
        if answer.status not in _BUSY:
            return status_error(answer.status)
        seconds = retry_after(answer.headers.get("retry-after"), self._clock.today())
        if seconds is None and answer.status == 429:
            seconds = _UNSAID_WAIT
        if seconds is not None:
            self._pace.keep_quiet(arrival.target.host, seconds)
        return status_error(answer.status, seconds)


def _page(arrival: Arrival, accept: tuple[str, ...], limit: int) -> Page:
    answer = arrival.answer
    declared = media_type(answer.headers)
    demand_accepted(declared, accept)  # before the body is read
    body = read_body(answer.body, answer.headers, limit)
    return Page(
        url=arrival.target.url,
        status=answer.status,
        content_type=checked_type(declared, body, accept),
        body=body,
        etag=_validator(answer.headers.get("etag")),
        modified=_validator(answer.headers.get("last-modified")),
        charset=charset(answer.headers),
        public=arrival.public,
    )


def _known(etag: str | None, modified: str | None) -> dict[str, str]:
    """Return the headers that ask for a page only if it has changed."""
    given = {"If-None-Match": _validator(etag), "If-Modified-Since": _validator(modified)}
    return {name: value for name, value in given.items() if value}


def _validator(value: str | None) -> str | None:
    """Return what can be sent back as it is, or None."""
    fit = value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR
    return value.strip() or None if fit and value else None

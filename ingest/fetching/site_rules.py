"""The robots.txt of each site: fetched when it is first needed, kept for a day."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ingest.fetching.bodies import beginning_of
from ingest.fetching.clock import Clock, Deadline
from ingest.fetching.failing import FetchError, status_error
from ingest.fetching.hops import Road
from ingest.fetching.robots import MOST_BYTES, Rules, parse_robots
from ingest.fetching.targets import Target

_KEPT = 86_400.0  # seconds; the longest the standard allows
_KEPT_FAILURE = 300.0  # seconds for which a site without an answer is not asked again
_MOST_SITES = 1_000
_TOO_MANY_REQUESTS = 429


@dataclass(slots=True)
class _Site:
    lock: threading.Lock = field(default_factory=threading.Lock)
    rules: Rules | FetchError | None = None
    until: float = 0.0


class SiteRules:
    """Looks up what may be fetched. Safe to use from several threads: a site is asked once, the others wait for it."""

    def __init__(self, road: Road, clock: Clock, headers: Mapping[str, str]) -> None:
        """Know nothing of any site."""
        self._road = road
        self._clock = clock
        self._headers = {**headers, "Accept": "text/plain, */*;q=0.1", "Accept-Encoding": "identity"}
        self._lock = threading.Lock()
        self._sites: OrderedDict[str, _Site] = OrderedDict()

    def demand_allowed(self, target: Target, deadline: Deadline, public_only: bool) -> float:
        """Return the seconds between two requests that a site asks for, after making sure that the page may be fetched.

        Raises:
            FetchError: the site asks not to fetch it, or does not tell.
        """
        rules = self._rules(target, deadline, public_only)
        if not rules.allow(target.path):
            raise FetchError("the robots.txt of its site asks not to fetch it")
        return rules.delay

    def _rules(self, target: Target, deadline: Deadline, public_only: bool) -> Rules:
        site = self._site(target)
        with site.lock:
            now = self._clock.now()
            if site.rules is None or now >= site.until:
                site.rules = self._asked(replace(target, path="/robots.txt"), deadline, public_only)
                site.until = now + (_KEPT if isinstance(site.rules, Rules) else _KEPT_FAILURE)
            if isinstance(site.rules, FetchError):
                raise FetchError(str(site.rules))
            return site.rules

    def _site(self, target: Target) -> _Site:
        with self._lock:
            site = self._sites.setdefault(target.site, _Site())
            self._sites.move_to_end(target.site)
            if len(self._sites) > _MOST_SITES:
                self._sites.popitem(last=False)
            return site

    def _asked(self, robots: Target, deadline: Deadline, public_only: bool) -> Rules | FetchError:
        """Ask a site: what it says, nothing if it has no such file, and an error, which forbids all, if it cannot tell."""
        deadline = deadline.half()
        try:
            with self._road.follow(robots, self._headers, deadline, _let_pass, public_only) as arrival:
                answer = arrival.answer
                if answer.status == _TOO_MANY_REQUESTS or answer.status >= 500:
                    raise status_error(answer.status)
                if answer.status >= 400:
                    return Rules()
                return parse_robots(beginning_of(answer.body, answer.headers, MOST_BYTES))
        except FetchError as error:
            return FetchError(f"the robots.txt of its site: {error}")


def _let_pass(hop: Target, public: bool) -> None:
    """Ask nothing before a robots.txt is asked for: neither its own rules nor a turn."""

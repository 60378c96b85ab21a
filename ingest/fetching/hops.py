"""From an address to its answer, over redirects: on every hop the host is looked up once, and checked before it is met."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from ingest.fetching.addresses import demand_reachable
from ingest.fetching.clock import Deadline
from ingest.fetching.failing import FetchError
from ingest.fetching.resolving import Resolver, addresses_of
from ingest.fetching.targets import Target, redirected
from ingest.fetching.wire import Answer, Connect, exchange

_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one page may take."""

    seconds: float = 20.0
    """In all: names, connections, redirects and the body; waiting out of courtesy comes on top."""
    body: int = 10_000_000
    """Bytes, before and after unpacking."""
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where redirects ended, and what was answered there."""

    target: Target
    answer: Answer
    public: bool
    """Whether a public host stood on the way: what it names is not to be sought in an operator's own network."""


@dataclass(frozen=True, slots=True)
class Road:
    """How hosts are met."""

    allow_private: bool
    resolver: Resolver
    connect: Connect
    tls: ssl.SSLContext
    limits: Limits

    @contextmanager
    def follow(
        self,
        target: Target,
        headers: Mapping[str, str],
        deadline: Deadline,
        before: Callable[[Target, bool], None],
        public_only: bool = False,
    ) -> Iterator[Arrival]:
        """Give the first answer that is no redirect; `before` is called before each request, with whether it is public.

        What a public host redirects to must be public too, whatever is allowed: else any page could look around in an
        operator's network.

        Raises:
            FetchError: there is no such answer; also while its body is read.
        """
        allow_private = self.allow_private and not public_only
        seen: set[str] = set()
        while True:
            addresses = addresses_of(target, self.resolver, deadline)
            allow_private = demand_reachable(addresses, allow_private) == "private"
            before(target, not allow_private)
            with exchange(
                target,
                addresses,
                headers,
                deadline=deadline,
                tls=self.tls,
                connect=self.connect,
                most_bytes=2 * self.limits.body,
            ) as answer:
                if answer.status not in _REDIRECTS:
                    yield Arrival(target, answer, public=not allow_private)
                    return
            seen.add(target.url)
            target = self._next(target, answer, seen)

    def _next(self, target: Target, answer: Answer, seen: set[str]) -> Target:
        location = answer.headers.get("location", "")
        if not location:
            raise FetchError(f"the site answers {answer.status}, a redirect, without saying where to")
        following = redirected(target, location)
        if following.url in seen:
            raise FetchError("redirects in a circle")
        if len(seen) > self.limits.redirects:
            raise FetchError(f"redirects more than {self.limits.redirects} times")
        return following

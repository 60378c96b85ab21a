"""Addresses to read: where each comes from, what is known of it before, and which of them are one and the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from ingest.sources.addresses import canonical_url
from ingest.sources.draft import Found

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}://", re.IGNORECASE)
_FACES = re.compile(r"(?:www|m|mobile|amp)\.")  # names under which one site shows itself


@dataclass(frozen=True, slots=True)
class Link:
    """An address to read, empty for the entry of a feed that has none."""

    url: str
    name: str
    """What a person calls it: the address, or the feed with the entry's own id."""
    public_only: bool = False
    """Whether a public page named it, which has no say in what is fetched from an operator's network."""
    entry: Found | None = None
    """What a feed says of it; the text is HTML."""
    own: bool = False
    """Whether it is of the site of its feed, which may then speak for a page that says less or cannot be had."""
    date: str | None = None
    """When it was published or last changed, ISO 8601, where that is known before it is read."""


def is_address(word: str) -> bool:
    """Return whether an operator's word is meant as an address, be it one that is fetched or not."""
    return _SCHEME.match(word) is not None


def resolved(base: str, address: str) -> str | None:
    """Return an address that stands on the page `base` as one that can be fetched and cited, without its fragment."""
    try:
        joined = urljoin(base, address.strip())
    except ValueError:  # half an IPv6 address
        return None
    return joined.partition("#")[0] if canonical_url(joined) else None


def same_site(one: str, other: str) -> bool:
    """Return whether two addresses are of one site, whose pages may speak for each other: `www.` and the like aside."""
    return _site(one) == _site(other)


def host_of(url: str) -> str:
    """Return the host of a valid address, without `www.`, as the name of a source that gives none."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _site(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    return _FACES.sub("", parts.hostname or "", count=1), parts.port

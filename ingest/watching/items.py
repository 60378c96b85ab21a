"""What is remembered of a page or file between two rounds of its source."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from ingest.sources.addresses import canonical_url
from ingest.sources.draft import Found
from ingest.web.links import Link
from ingest.web.visits import Visit

_NOT_BELIEVED = 2  # times in a row that a listing said in vain that an item had changed


@dataclass(frozen=True, slots=True)
class Item:
    """A page or file of a source. Validators, size and time are those of what the catalogue has of it."""

    key: str
    """Its canonical address, its path, or what a feed calls an entry without an address."""
    name: str
    url: str = ""
    """What to ask for; empty for files and for what is known by its listing alone."""
    public_only: bool = False
    etag: str | None = None
    modified: str | None = None
    size: int = -1
    mtime: int = -1
    """Of a file, in nanoseconds."""
    listed: str = ""
    """A fingerprint of what its listing said of it."""
    entry: str = ""
    """JSON: what its feed said of it, without the text; it completes what the page says of itself."""
    from_feed: bool = False
    """Whether its text is what the feed had of it, so that asking for the page alone is no help."""
    visit: str = ""
    """JSON: what a walk through its site remembers."""
    wait: float = 0.0
    """Seconds between its last check and the next one."""
    next_check: float = 0.0
    """Seconds since 1970."""
    misled: int = 0
    """How often in a row its listing said that it had changed when it had not."""
    gone: int = 0
    """How often in a row there was no such page; 2 when it is gone."""
    error: str = ""
    """Why it was not read the last time."""
    articles: frozenset[str] = frozenset()
    """Ids of the articles that it has."""

    def changed_by(self, listed: str) -> bool:
        """Return whether what the listing says now means that it has changed, as far as the listing can be believed."""
        return bool(listed) and listed != self.listed and self.misled < _NOT_BELIEVED

    def link(self) -> Link:
        """Return what to ask for when its listing does not name it any more."""
        said = json.loads(self.entry) if self.entry else None
        entry = Found("", said["fields"], said["metadata"]) if said else None
        return Link(self.url, self.name, self.public_only, entry)


def key_of(link: Link) -> str:
    """Return what an address is remembered by."""
    return canonical_url(link.url) or link.name


def entry_json(entry: Found | None) -> str:
    """Return what a feed says of a page, to be kept; its text is not, as it may be long and will be old."""
    return _json({"fields": dict(entry.fields), "metadata": dict(entry.metadata)}) if entry else ""


def fingerprint(link: Link) -> str:
    """Return what changes when a listing says something else of an item; empty when it says nothing of it."""
    if link.entry is None:
        return link.date or ""
    said = [link.date, link.entry.text, dict(link.entry.fields), dict(link.entry.metadata)]
    return hashlib.sha256(_json(said).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def visit_json(visit: Visit | None) -> str:
    """Return what a walk should remember, to be kept."""
    return _json(asdict(visit)) if visit else ""


def visit_of(item: Item | None) -> Visit | None:
    """Return what a walk remembers of a page: without validators if the page was gone, so that it is read anew."""
    if item is None or not item.visit:
        return None
    said = json.loads(item.visit)
    if item.gone:
        said |= {"etag": None, "modified": None}
    return Visit(**{**said, "links": tuple(said["links"])})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=str)

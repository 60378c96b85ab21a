"""A page or file that is being read, until all of its articles are safe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.pipeline import Done
from ingest.sources.draft import Draft
from ingest.watching.items import Item
from retrieval.errors import CitegramError

if TYPE_CHECKING:
    from ingest.watching.desk import Desk


@dataclass(slots=True, eq=False)
class Work:
    """An item that is being read."""

    desk: Desk
    item: Item
    """What is to be remembered of it if all goes well."""
    before: Item | None
    by_listing: bool = False
    """Whether it is read because its listing says that it has changed."""
    articles: set[str] = field(default_factory=set)
    """Ids of those of its articles that are safe, and of those that another item stands for."""
    same: bool = True
    """Whether all of them were as they are now."""
    waiting: int = 0
    closed: bool = False
    whole: bool = True
    """Whether all that it has was read."""
    error: str = ""
    """Why something in it could not be read."""

    def offer(self, draft: Draft) -> None:
        """Give an article of it to be stored."""
        self.desk.offer(self, draft)

    def close(self, *, whole: bool = True, error: str = "") -> None:
        """Say that it has no more articles: `whole`, that all it has was looked at; `error`, what has been told of it."""
        self.desk.close(self, whole and not error, error)

    def done(self, done: Done) -> None:
        """Hear what became of one of its articles."""
        self.desk.done(self, done)

    def lost(self, error: CitegramError) -> None:
        """Hear that nothing could be stored."""
        self.desk.lose(error)

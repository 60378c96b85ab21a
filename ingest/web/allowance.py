"""How far a site is walked through, and how many pages may still be asked for."""

from __future__ import annotations

SITE_DEPTH = 2
SITE_PAGES = 100
"""How far a site is walked through unless told otherwise: links from its first page, and pages in all."""


class Allowance:
    """A number of pages, which several sources share."""

    def __init__(self, pages: int | None) -> None:
        """Take the number, None for as many as there are."""
        self._left = pages

    def take(self) -> bool:
        """Return whether there was one left, and take it."""
        if self._left is None:
            return True
        self._left -= 1
        return self._left >= 0

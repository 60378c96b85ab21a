"""Why a page cannot be had."""

from __future__ import annotations

from http import HTTPStatus

from retrieval.errors import ArticleError

_GONE = (404, 410)


class FetchError(ArticleError):
    """A page cannot be had; the message is the reason, fit to stand after its address. It names no address in full."""

    def __init__(self, reason: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        """Keep the status the site answered with, None when it did not answer, and the seconds it asks to be left alone."""
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after

    @property
    def gone(self) -> bool:
        """Whether the site says that there is no such page (any more)."""
        return self.status in _GONE


def status_error(status: int, retry_after: float | None = None) -> FetchError:
    """Return the error for an answer that is no page."""
    try:
        meaning = f" ({HTTPStatus(status).phrase})"
    except ValueError:  # a status of the site's own
        meaning = ""
    later = "" if retry_after is None else f" and asks to be left alone for {retry_after:.0f} s"
    return FetchError(f"the site answers {status}{meaning}{later}", status=status, retry_after=retry_after)

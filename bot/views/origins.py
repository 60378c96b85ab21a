"""Where a text comes from, in one line: names, date and pages, and since when it is no longer there. Pure."""

from __future__ import annotations

from bot.views.text import MAX_NAME, shortened
from bot.views.words import Words
from retrieval.models import Article, ArticleEntry, Located

Described = Article | ArticleEntry | Located
"""Whatever has a date and a source that it may be gone from."""


def origin(
    of: Described, words: Words, *names: str | None, pages: tuple[int, int] | None = None, longest: int = MAX_NAME
) -> str:
    """Return where a text comes from, as far as that is known.

    Args:
        of: the text or its article.
        words: the reader's language.
        names: what stands before the date: source, author.
        pages: the first and the last page that the text stands on; None for an article without pages.
        longest: characters of a name, and of a date that is none.
    """
    known = (*names, words.date(of.published, guessed=of.published_guessed))
    shown = (shortened(name or "", longest) for name in known)
    return " · ".join(filter(None, (*shown, words.pages(pages), words.no_longer_there(of.gone_since))))

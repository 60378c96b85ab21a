"""An answer as far as it has been written, to be shown until the whole one takes its place. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.views.text import MAX_NAME, MAX_TITLE, Message, clean, pieces_of, run, shortened
from bot.views.words import Words
from retrieval.models import NearArticle, Progress
from retrieval.wording import claimed

MOST_ARTICLES = 3
"""Named before the first sentence: the frame stands for seconds, and longer lists move the text below them."""
MOST_UNITS = 4000
"""Of text in UTF-16 units; a message holds 4096, and an answer's few sentences stay far below."""


def frame(progress: Progress, words: Words) -> Message:
    """Return what is shown of an answer in the making: at first what it is written from, then its sentences so far.

    Plain text without any formatting. A sentence comes with the numbers of its quotes, `[1][2]`, and with `⚠` if they
    do not confirm it; the whole answer that follows explains both.
    """
    claims = [claim for claim in progress.claims if clean(claim.text).strip()]
    text = " ".join(map(claimed, claims)) if claims else "\n".join(_sources(progress.articles, words))
    return run(next(pieces_of(clean(text), MOST_UNITS)).strip())


def _sources(articles: tuple[NearArticle, ...], words: Words) -> Iterator[str]:
    yield words("writing-from")
    for article in articles[:MOST_ARTICLES]:
        day = shortened(words.date(article.published, guessed=article.published_guessed), MAX_NAME)
        title = shortened(article.title, MAX_TITLE) or words("untitled")
        yield f"• {title} ({day})" if day else f"• {title}"

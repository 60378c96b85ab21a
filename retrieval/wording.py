"""An answer in plain words, as the console prints it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date

from retrieval.models import Claim, NearArticle, Period, Quote

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WIDTH = 100

GREETING = "Hello! Ask me something in plain words, and I answer with exact quotes from the articles."
THANKS = "You are welcome. Ask whenever you like."
WRITER_AWAY = "The writing model is unavailable at the moment, so these are the quotes alone."
BUDGET_SPENT = "Today's allowance for written answers is used up, so these are the quotes alone."
UNSUPPORTED = "No written answer passed the check against the articles, so these are the quotes alone."
LEFT_OUT = "Sentences that the quotes do not bear out were left out."
ONE_SOURCE = "Only one source writes about this."
OUTSIDE_PERIOD = "No article from that time writes about this."
NO_SUCH_ARTICLE = "There is no article of that title."
WHICH_ARTICLE = "Which article do you mean?"
WHAT_IS_MEANT = "What do you mean?"
BROKEN = "Something went wrong while answering; please ask again in a moment."


def written_date(published: str) -> str:
    """Return an ISO 8601 date or time as people write it: `3 March 2026`, `March 2026`, `2026`."""
    parts = published[:10].split("-")
    try:
        if len(parts) == 3:
            day = date.fromisoformat(published[:10])
            return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        if len(parts) == 2:
            return f"{_MONTHS[date(2000, int(parts[1]), 1).month - 1]} {parts[0]}"
    except ValueError:
        return published
    return published


def about_date(published: str, *, guessed: bool) -> str:
    """Return a date as people write it, a guessed one as such: `about 3 March 2026`."""
    return f"about {written_date(published)}" if guessed else written_date(published)


def on_pages(pages: tuple[int, int] | None) -> str:
    """Return a first and a last page as books are cited: `p. 4`, `pp. 4–5`; nothing for none."""
    if pages is None:
        return ""
    first, last = pages
    return f"p. {first}" if first == last else f"pp. {first}–{last}"


def no_longer_there(since: str | None) -> str:
    """Return that an article is not where it came from any more, since a day in ISO 8601; nothing for none."""
    return f"gone from its source since {written_date(since)}" if since else ""


def origin(source: str | None, author: str | None, published: str | None, *, guessed: bool = False) -> str:
    """Return where a text comes from, in one line: source, author and date, as far as they are known."""
    return _in_line(source, author, published and about_date(published, guessed=guessed))


def covered(period: Period) -> str:
    """Return a sentence on the period that the articles cover, empty where no article has a date."""
    if period.from_ is None or period.to is None:
        return ""
    if period.from_ == period.to:
        return f"All articles are from {written_date(period.from_)}."
    return f"The articles cover {written_date(period.from_)} to {written_date(period.to)}."


def answered(quotes: Sequence[Quote], *, around_marks: tuple[str, str] = ("", "")) -> str:
    """Return quotes with their sources as plain text; `around_marks` stands before and behind the words that answer."""
    return "\n\n".join(_quoted(quote, *around_marks) for quote in quotes)


def written(claims: Sequence[Claim], quotes: Sequence[Quote], *, around_marks: tuple[str, str] = ("", "")) -> str:
    """Return a written answer as plain text: its sentences with the numbers of their quotes, and the quotes."""
    prose = " ".join(claimed(claim) for claim in claims)
    filled = textwrap.fill(prose, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return f"{filled}\n\n{answered(quotes, around_marks=around_marks)}"


def claimed(claim: Claim) -> str:
    """Return a sentence of a written answer with the numbers of its quotes, and a mark where they hardly bear it out."""
    numbers = "".join(f"[{n}]" for n in claim.quotes)
    return " ".join(filter(None, (claim.text, numbers, "" if claim.supported else "⚠")))


def not_found(nearest: Sequence[NearArticle], period: Period) -> str:
    """Return an honest refusal with the nearest titles and the period covered."""
    lines = ["The articles do not say."]
    if nearest:
        lines += ["", "Nearest articles:"]
        lines += [
            f"- {item.title}"
            + (f" ({about_date(item.published, guessed=item.published_guessed)})" if item.published else "")
            for item in nearest
        ]
    if covered(period):
        lines += ["", covered(period)]
    return "\n".join(lines)


def no_articles(data_dir: str) -> str:
    """Return what to do about an empty catalogue."""
    return (
        f"There are no articles yet in {data_dir}. Add some with `citegram-ingest PATH ...`: files, folders or addresses "
        "of web pages; then ask again."
    )


def _quoted(quote: Quote, before: str, behind: str) -> str:
    head = [f"[{quote.n}] {quote.title}", _origin_of(quote), quote.url or ""]
    body = [
        textwrap.fill(line, _WIDTH, initial_indent="    ", subsequent_indent="    ", break_long_words=False,
                      break_on_hyphens=False)
        for line in _with_marks(quote, before, behind).splitlines()
        if line.strip()
    ]  # fmt: skip
    return "\n".join([head[0], *(f"    {line}" for line in head[1:] if line), *body])


def _origin_of(quote: Quote) -> str:
    about = origin(quote.source, quote.author, quote.published, guessed=quote.published_guessed)
    return _in_line(about, on_pages(quote.pages), no_longer_there(quote.gone_since))


def _in_line(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _with_marks(quote: Quote, before: str, behind: str) -> str:
    parts, end = [], quote.start
    for mark in quote.marks:
        parts += [quote.text[end - quote.start : mark.start - quote.start], before]
        parts += [quote.text[mark.start - quote.start : mark.end - quote.start], behind]
        end = mark.end
    return "".join([*parts, quote.text[end - quote.start :]])

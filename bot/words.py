"""What the bot says besides answers. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.text import Message, pack, run, tagged
from retrieval.models import CatalogSummary
from retrieval.wording import covered, no_articles

ONLY_TEXT = "I can read only text. Please type your question."
NO_QUESTION = "What would you like to know? Write it in the same message, as in: /ask Who won the election?"
UNKNOWN_COMMAND = "I do not know that command. Just type your question, or see /help."
FAILED = "Something went wrong with this question. Please ask again in a moment."
MAX_SOURCES = 8


def welcome(summary: CatalogSummary) -> list[Message]:
    """Say what the bot is, what it knows, and how to ask."""
    return pack(_welcome(summary))


def _welcome(summary: CatalogSummary) -> Iterator[Message]:
    yield run("I answer questions about articles with exact quotes from them, and say so when they hold no answer.")
    if not summary.articles:
        yield run(no_articles(summary.data_dir))
        return
    yield run(_holdings(summary))
    yield run("Ask in your own words, in one message.")
    if summary.examples:
        yield run("For example, about one of the latest articles:\n") + tagged("code", summary.examples[0])


def _holdings(summary: CatalogSummary) -> str:
    articles = "1 article" if summary.articles == 1 else f"{summary.articles:,} articles"
    sources = ", ".join(summary.sources[:MAX_SOURCES])
    unnamed = len(summary.sources) - MAX_SOURCES
    origin = f" from {sources}" if sources else ""
    more = f" and {unnamed} more" if unnamed > 0 else ""
    return f"I know {articles}{origin}{more}. {covered(summary.period)}".rstrip()


def help_text() -> list[Message]:
    """Say how to ask and how to read an answer."""
    return pack(
        (
            run("Type a question in your own words. You get up to three quotes, the most fitting first."),
            run("Each quote is copied letter by letter from its article; the title above it opens the article at that "
                "place. Tap a long quote to unfold it."),
            run("When the articles do not say, I say so and name the nearest ones."),
            run("In groups, write /ask and your question, or reply to one of my messages."),
            run("/start – what I know\n/ask – ask a question\n/help – this text"),
        )
    )  # fmt: skip


def stranger(user_id: int) -> list[Message]:
    """Tell somebody who is not served what to send to the operator."""
    return pack(
        (run("This bot is private. To be let in, send its operator your Telegram id: ") + tagged("code", str(user_id)),)
    )

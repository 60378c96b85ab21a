"""Answers from a part of the articles only: `/focus` and `/unfocus`."""

from __future__ import annotations

from collections.abc import Sequence

from bot.exchange import Exchange
from bot.finding import MAX_QUERY, MAX_SHOWN, keep_view, listed
from bot.focusing import Wanted, wanted, written_focus
from bot.views import buttons
from bot.views.text import Button, pack, run, shortened
from retrieval.models import Focus


async def focus(exchange: Exchange, words: str) -> None:
    """`/focus [what]`: ask of one article, source or period only, or say what is asked of now."""
    if not words.strip():
        now = await written_focus(exchange, await exchange.kept(exchange.desk.conversations.focus, exchange.key))
        await exchange.say(*(("focus-now", "focus-usage") if now else ("focus-none", "focus-usage")), focus=now)
        return
    found = await _found(exchange, wanted(words[:MAX_QUERY]))
    if found is not None:
        await set_focus(exchange, found)


async def set_focus(exchange: Exchange, found: Focus) -> None:
    """Ask of a part of the articles only from now on, and say so; not of a part in which there are none."""
    count, name = await _count(exchange, found), await written_focus(exchange, found)
    if not count:
        summary = await exchange.looked_up(exchange.desk.core.describe)
        texts = [exchange.words("focus-empty", focus=name), exchange.words.period(summary.period)]
        await exchange.channel.reply(pack([run(" ".join(texts).rstrip())]))
        return
    await exchange.kept(exchange.desk.conversations.set_focus, exchange.key, found)
    how_many = "" if found.article_id else f" ({exchange.words('articles', count=count)})"
    await exchange.say("focus-set", focus=name + how_many)


async def unfocus(exchange: Exchange, words: str) -> None:
    """`/unfocus`: ask of all articles again."""
    before = await exchange.kept(exchange.desk.conversations.focus, exchange.key)
    await exchange.kept(exchange.desk.conversations.set_focus, exchange.key, Focus())
    await exchange.say("unfocused" if before != Focus() else "unfocused-already")


async def _found(exchange: Exchange, what: Wanted) -> Focus | None:
    """Return the focus that is wanted, or say why there is none."""
    library = exchange.desk.core.library
    if what.period is not None:
        return Focus(from_=what.period[0], to=what.period[1])
    if what.article is not None:
        entry = await exchange.looked_up(library.entry, what.article)
        if entry is None:
            await exchange.say("article-unknown", number=str(what.article))
        return Focus(article_id=entry.id) if entry else None
    names = await exchange.looked_up(library.matching_sources, what.source)
    if len(names) == 1:
        return Focus(source=names[0])
    if names:
        await _let_choose(exchange, names)
        return None
    articles = await listed(exchange, what.source, 0)
    if articles.total == 1:
        return Focus(article_id=articles.entries[0].id)
    await exchange.say("focus-unknown", name=shortened(what.source, MAX_SHOWN))
    return None


async def _let_choose(exchange: Exchange, names: Sequence[str]) -> None:
    """Ask which of some sources is meant, with a button for each."""
    views = [await keep_view(exchange, "question", f"/focus {name}") for name in names]
    keyboard = tuple(
        (Button(shortened(name, MAX_SHOWN), buttons.again(view)),) for name, view in zip(names, views, strict=True)
    )
    await exchange.channel.reply([run(exchange.words("focus-which"))], keyboard)


async def _count(exchange: Exchange, found: Focus) -> int:
    """Return how many articles there are in one article, source or period."""
    library = exchange.desk.core.library
    if found.source is not None:
        summaries = await exchange.looked_up(library.sources)
        return sum(summary.articles for summary in summaries if summary.name == found.source)
    if found.from_ is not None:
        return (await exchange.looked_up(library.find, f"{found.from_}..{found.to}", limit=0)).total
    return 1

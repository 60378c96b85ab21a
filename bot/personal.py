"""What concerns the person and the conversation: greeting, settings, privacy, invitations."""

from __future__ import annotations

import time
from dataclasses import replace

from bot.asking import ask
from bot.exchange import Exchange
from bot.finding import show_article
from bot.stores.conversations import Forgotten, Preferences
from bot.views import buttons
from bot.views.start_links import INVITATION, MAX_LINKED, article_of, question_of, question_payload, start_link
from bot.views.text import MAX_NAME, Button, Keyboard, Message, pack, run, shortened, tagged
from bot.views.words import LANGUAGES, Words, words_for
from retrieval.models import ArticleEntry, CatalogSummary

MAX_SOURCES = 8
EXAMPLES = 3
NEWEST = 20
"""Articles from which the examples are taken."""
MAX_MEMBERS = 90
"""Buttons that fit under a message, and some to spare."""
MAX_EXAMPLE = 60
"""Characters of a title on a button."""
QUOTES = (1, 2, 3, 5)
"""How many quotes an answer may have, to choose from."""
INVITATION_DAYS = 7
LANGUAGE, NUMBER, WRITTEN, STREAMING = range(4)
"""What a button of the settings changes."""

_DAY = 86_400.0


async def start(exchange: Exchange, words: str) -> None:
    """`/start [payload]`: say what the bot is and knows; a link's payload opens an article or asks a question."""
    payload = words.strip()
    article, question = article_of(payload), question_of(payload)
    if article is not None:
        await show_article(exchange, article)
    elif question:
        await ask(exchange, question, notices=[question])
    elif payload.startswith(INVITATION):
        await exchange.say("claimed" if exchange.person.role == "admin" else "invited")
        await _welcome(exchange)
    else:
        await _welcome(exchange, *(("link-broken",) if payload else ()))


async def new(exchange: Exchange, words: str) -> None:
    """`/new`: let later questions lean on nothing before them."""
    await exchange.kept(exchange.desk.conversations.start_anew, exchange.key, time.time())
    await exchange.say("new-done")


async def stop(exchange: Exchange, words: str) -> None:
    """`/stop`: end the answers to one's own questions that are being worked on."""
    stopped = exchange.desk.stop(exchange.key, exchange.person.id)
    if stopped > 1:
        await exchange.say("stop-done-many", count=stopped)
    else:
        await exchange.say("stop-done" if stopped else "stop-nothing")


async def link(exchange: Exchange, words: str) -> None:
    """`/link question`: make a link that asks it, to be put on a page or sent to somebody."""
    question = " ".join(words.split())
    payload = question_payload(question)
    if not question:
        await exchange.say("link-usage")
    elif payload is None:
        await exchange.say("link-too-long", most=MAX_LINKED)
    else:
        await exchange.say("link-made", link=start_link(exchange.desk.profile.name, payload))


async def settings(exchange: Exchange, words: str) -> None:
    """`/settings`: language, number of quotes, and whether and how answers are written."""
    message, keyboard = await _settings(exchange)
    await exchange.channel.reply([message], keyboard)


async def change_setting(exchange: Exchange, what: int, value: int) -> None:
    """Change a setting as its button says, and show them anew."""
    conversations, user = exchange.desk.conversations, exchange.person.id
    now = await exchange.kept(conversations.preferences, user)
    await exchange.kept(conversations.set_preferences, user, _changed(now, what, value))
    message, keyboard = await _settings(exchange)
    await exchange.channel.replace(message, keyboard)


async def privacy(exchange: Exchange, words: str) -> None:
    """`/privacy`: say what is kept, how long, and how to delete it."""
    kept = await exchange.kept(exchange.desk.conversations.counts, exchange.person.id)
    days = exchange.desk.keep_days
    texts = [
        exchange.words("privacy-kept", days=days),
        *_privacy_of_words(exchange),
        exchange.words("privacy-now", what=_written(exchange, kept) or exchange.words("privacy-nothing")),
        exchange.words("privacy-forget"),
    ]
    await exchange.channel.reply(pack(map(run, texts)))


async def forget(exchange: Exchange, words: str) -> None:
    """`/forget`: delete all that is kept of somebody, and say what it was."""
    gone = await exchange.kept(exchange.desk.conversations.forget, exchange.person.id)
    what = _written(exchange, gone)
    first = exchange.words("forget-done", what=what) if what else exchange.words("forget-nothing")
    stays = ["forget-stays", *(["forget-count"] if exchange.desk.core.writes else [])]
    await exchange.channel.reply(pack([run(first), *(run(exchange.words(key)) for key in stays)]))


async def invite(exchange: Exchange, words: str) -> None:
    """`/invite`, for admins: make a link that lets one person in."""
    if exchange.person.role != "admin":
        await exchange.say("only-admins")
        return
    until = time.time() + INVITATION_DAYS * _DAY
    code = await exchange.kept(exchange.desk.members.invite, "reader", exchange.person.id, until)
    await exchange.say(
        "invite-link", link=start_link(exchange.desk.profile.name, INVITATION + code), days=INVITATION_DAYS
    )


async def members(exchange: Exchange, words: str) -> None:
    """`/members`, for admins: who has been let in by a link, and buttons to let them in no longer."""
    if exchange.person.role != "admin":
        await exchange.say("only-admins")
        return
    message, keyboard = await _members(exchange)
    await exchange.channel.reply([message], keyboard)


async def remove_member(exchange: Exchange, user_id: int) -> None:
    """Let somebody in no longer, as an admin's button says."""
    if exchange.person.role != "admin" or user_id == exchange.person.id:
        await exchange.channel.tell(exchange.words("only-admins"), alert=True)
        return
    await exchange.kept(exchange.desk.members.remove, user_id)
    message, keyboard = await _members(exchange)
    await exchange.channel.replace(message, keyboard)


async def _welcome(exchange: Exchange, *keys: str) -> None:
    """Say what the bot is and knows; texts of the catalogue may come first."""
    words, core = exchange.words, exchange.desk.core
    first = [run(words(key)) for key in keys]
    summary = await exchange.looked_up(core.describe)
    if not summary.articles:
        await exchange.channel.reply(
            pack([*first, run(words("welcome")), run(words("no-articles-in", directory=summary.data_dir))])
        )
        return
    newest = await _newest(exchange)
    texts = [*first, run(words("welcome")), run(_holdings(exchange, summary)), run(words("welcome-ask"))]
    await exchange.channel.reply(pack(texts), _examples(exchange, newest))


def _holdings(exchange: Exchange, summary: CatalogSummary) -> str:
    words = exchange.words
    names = ", ".join(summary.sources[:MAX_SOURCES])
    unnamed = max(0, len(summary.sources) - MAX_SOURCES)
    known = words("holdings", count=summary.articles)
    if names:
        known = words(
            "holdings-more" if unnamed else "holdings-from", count=summary.articles, names=names, more=unnamed
        )
    return f"{known} {words.period(summary.period)}".rstrip()


async def _newest(exchange: Exchange) -> tuple[ArticleEntry, ...]:
    """Return the newest articles, those in the reader's language first."""
    newest = (await exchange.looked_up(exchange.desk.core.library.find, limit=NEWEST)).entries
    return tuple(sorted(newest, key=lambda entry: entry.language not in (exchange.words.language, None)))[:EXAMPLES]


def _examples(exchange: Exchange, entries: tuple[ArticleEntry, ...]) -> Keyboard:
    """Return a button for each of some articles that asks about it."""
    return tuple(
        (Button(exchange.words("example-question", title=shortened(e.title, MAX_EXAMPLE)), buttons.ask_about(e.key)),)
        for e in entries
        if e.title.strip()
    )


def _changed(now: Preferences, what: int, value: int) -> Preferences:
    names = list(LANGUAGES)
    if what == LANGUAGE and 0 <= value < len(names):
        return replace(now, language=names[value])
    if what == NUMBER and value in QUOTES:
        return replace(now, quotes=value)
    if what == WRITTEN and value in (0, 1):
        return replace(now, written=bool(value))
    if what == STREAMING and value in (0, 1):
        return replace(now, streaming=bool(value))
    return now


async def _settings(exchange: Exchange) -> tuple[Message, Keyboard]:
    now = await exchange.kept(exchange.desk.conversations.preferences, exchange.person.id)
    words = words_for(now.language or exchange.words.language)
    writes = exchange.desk.core.writes
    languages = tuple(
        _choice(name, LANGUAGE, n, chosen=code == words.language) for n, (code, name) in enumerate(LANGUAGES.items())
    )
    numbers = tuple(_choice(str(n), NUMBER, n, chosen=n == now.quotes) for n in QUOTES)
    chosen = words("settings-choose-written" if writes else "settings-choose")
    message = tagged("b", words("settings")) + run("\n\n" + chosen)
    return message, (languages, numbers, *(_writing(now, words) if writes else ()))


def _writing(now: Preferences, words: Words) -> Keyboard:
    return (
        (
            _choice(words("button-written"), WRITTEN, 1, chosen=now.written),
            _choice(words("button-quotes-only"), WRITTEN, 0, chosen=not now.written),
        ),
        (
            _choice(words("button-streamed"), STREAMING, 1, chosen=now.streaming),
            _choice(words("button-whole"), STREAMING, 0, chosen=not now.streaming),
        ),
    )


def _choice(text: str, what: int, value: int, *, chosen: bool) -> Button:
    return Button(("✓ " if chosen else "") + text, buttons.setting(what, value))


def _privacy_of_words(exchange: Exchange) -> list[str]:
    """Return where somebody's words go."""
    words, core = exchange.words, exchange.desk.core
    if not core.writes:
        return [words("privacy-not")]
    return [words("privacy-not-written", name=shortened(core.writer_name, MAX_NAME)), words("privacy-tokens")]


async def _members(exchange: Exchange) -> tuple[Message, Keyboard]:
    everyone = await exchange.kept(exchange.desk.members.everyone)
    words = exchange.words
    if not everyone:
        return run(words("members-none")), ()
    readers = [user for user, role, _ in reversed(everyone) if role != "admin"]
    keyboard = tuple(
        (Button(words("members-remove", id=str(user)), buttons.remove_member(user)),) for user in readers[:MAX_MEMBERS]
    )
    return run(words("members", count=len(everyone))), keyboard


def _written(exchange: Exchange, kept: Forgotten) -> str:
    """Return what is kept of somebody in words, empty when it is nothing."""
    words = exchange.words
    parts = [
        words("kept-questions", count=kept.answers) if kept.answers else "",
        words("kept-ratings", count=kept.ratings) if kept.ratings else "",
        words("kept-searches", count=kept.views) if kept.views else "",
        words("kept-settings") if kept.settings else "",
    ]
    return ", ".join(filter(None, parts))

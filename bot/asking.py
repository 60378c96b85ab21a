"""From a question to its answer in the chat: conversation before it, focus, record, buttons."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.exchange import Exchange, Preview
from bot.finding import keep_view
from bot.focusing import written_focus
from bot.showing import shown_meanwhile
from bot.stores.conversations import CHOICE, AnswerRecord, Preferences
from bot.views.choices import choice_keyboard, offered, plain_choices
from bot.views.notices import in_words
from bot.views.render import answer_keyboard, refusal_keyboard, render
from bot.views.text import GAP, Keyboard, render_text
from retrieval.chat import kind_of_talk
from retrieval.errors import DatabaseError
from retrieval.models import Answer, Focus, Place, Question, Turn
from retrieval.quotes import further_places

MAX_QUESTION = 1000
"""Characters; the encoder reads some 250 words of a question at most, and nobody asks one of that length."""
LATE_SECONDS = 120.0
"""From this age on, an answer begins with an apology."""
TURN_SECONDS = 30 * 60.0
"""How long after an answer a question may still lean on it without being a reply to it."""
KEYWORDS = 2
"""A question of so few words that finds nothing gets a hint to ask in a sentence."""

logger = logging.getLogger(__name__)


async def ask(
    exchange: Exchange,
    text: str,
    *,
    replies_to: AnswerRecord | None = None,
    notices: Sequence[str] = (),
    focus: Focus | None = None,
) -> None:
    """Answer what somebody has written, whatever it is; the one way to an answer in every front end.

    Args:
        exchange: where it was written.
        text: the words, without the bot's name or a command.
        replies_to: the older answer that the message is a reply to.
        notices: what the answer begins with.
        focus: what this question is asked of; None for what the conversation is focused on.
    """
    if not text.strip():
        await exchange.say("no-question")
        return
    talk = kind_of_talk(text)
    if talk is not None:
        await exchange.say(f"talk-{talk}")
        return
    if len(text) > MAX_QUESTION:
        await exchange.say("too-long", characters=len(text), most=MAX_QUESTION)
        return
    late = [exchange.words("late")] if time.time() - exchange.at > LATE_SECONDS else []
    with exchange.desk.shares.one(exchange.person.id) as room:
        worked_out = await _work_out(exchange, text, replies_to, focus, [*late, *notices]) if room else None
    # Not within the share: who cannot be reached for a while may still ask elsewhere.
    if worked_out is None:
        await exchange.say("too-many", count=exchange.desk.shares.most)
    else:
        await _deliver(exchange, worked_out, [*late, *notices])


@dataclass(frozen=True, slots=True)
class _WorkedOut:
    """An answer that has not been delivered yet."""

    answer: Answer
    record: AnswerRecord
    """What is to be kept of it, with the id of what is kept already if the bot ended before it was delivered."""
    focus: str
    """What it was asked of, in words."""
    preview: Preview | None
    """What it takes the place of."""


async def _work_out(
    exchange: Exchange, text: str, replies_to: AnswerRecord | None, focus: Focus | None, notices: Sequence[str]
) -> _WorkedOut:
    async with exchange.channel.typing(), exchange.desk.slots:
        asked_of = focus if focus is not None else await exchange.kept(exchange.desk.conversations.focus, exchange.key)
        before, same = await _before(exchange, text, replies_to)
        wanted = await exchange.kept(exchange.desk.conversations.preferences, exchange.person.id)
        preview = exchange.channel.preview() if _streams(exchange, wanted) else None
        question = Question(
            text,
            history=_history(before),
            focus=asked_of,
            most_quotes=exchange.person.quotes,
            cited=_cited(before),
            written=wanted.written,
            asker=str(exchange.person.id),
        )
        with shown_meanwhile(preview, exchange.words, notices) as show:
            answer = await exchange.desk.core.answer(question, show)
        answer = replace(answer, notices=(*answer.notices, *_hints(exchange, answer, text)))
        record = _record(exchange, answer, text, before[-1].id if before else None, asked_of)
        if same is not None and (same.status, same.places) == (record.status, record.places):
            record = replace(record, id=same.id)  # what a model writes may have turned out otherwise
        return _WorkedOut(answer, record, await written_focus(exchange, asked_of), preview)


def _streams(exchange: Exchange, wanted: Preferences) -> bool:
    return exchange.desk.core.writes and wanted.written and wanted.streaming


async def _deliver(exchange: Exchange, worked_out: _WorkedOut, notices: Sequence[str]) -> None:
    answer, record, focus = worked_out.answer, worked_out.record, worked_out.focus
    if answer.status == "not_found" and not answer.nearest and await _nothing_there(exchange):
        return
    answer_id = record.id or await _stored(exchange, record)
    keyboard = await _keyboard(exchange, answer, answer_id, record)
    plain = _plain(exchange, answer, notices, focus)
    if answer.choices and not keyboard:
        messages = render_text(plain)  # which lists them
    else:
        messages = render(answer, exchange.words, notices=notices, focus=focus)
    sent = await exchange.channel.answer(plain, messages, keyboard, preview=worked_out.preview)
    if answer_id is None:
        return
    try:
        await exchange.kept(exchange.desk.conversations.bind, exchange.key[0], sent, answer_id)
    except DatabaseError as error:
        logger.warning("Replies to an answer will not be known as such: %s", error)


async def _stored(exchange: Exchange, record: AnswerRecord) -> int | None:
    """Return the id under which an answer is kept, None when it cannot be: then the reader gets it all the same."""
    try:
        return await exchange.kept(exchange.desk.conversations.add_answer, record)
    except DatabaseError as error:
        logger.warning("An answer goes out without buttons: %s", error)
        return None


async def _nothing_there(exchange: Exchange) -> bool:
    """Say so when there are no articles at all, and return whether that is the case."""
    summary = await exchange.looked_up(exchange.desk.core.describe)
    if not summary.articles:
        await exchange.say("no-articles-in", directory=summary.data_dir)
    return not summary.articles


async def _before(
    exchange: Exchange, text: str, replies_to: AnswerRecord | None
) -> tuple[tuple[AnswerRecord, ...], AnswerRecord | None]:
    """Return what the question may lean on, and what is kept of its own answer if the bot ended before it was delivered.

    It may lean on the answer it replies to, or else on the last one of the conversation.
    """
    conversations = exchange.desk.conversations
    last = replies_to or await exchange.kept(conversations.last, exchange.key, exchange.at - TURN_SECONDS)
    if last is None:
        return (), None
    thread = await exchange.kept(conversations.thread, last.id)
    return (thread[:-1], last) if _is_same(exchange, text, last) else (thread, None)


def _is_same(exchange: Exchange, text: str, record: AnswerRecord) -> bool:
    """Return whether an answer is one to this very message, which the bot ended before it could deliver."""
    return (record.question, record.asked_at, record.user_id) == (text, exchange.at, exchange.person.id)


def _history(before: Sequence[AnswerRecord]) -> tuple[Turn, ...]:
    return tuple(Turn("user", record.stand_alone) for record in before)


def _cited(before: Sequence[AnswerRecord]) -> tuple[Place, ...]:
    """Return where the quotes stand that have been shown of the answer leaned on; a question asked back is no answer."""
    answers = [record for record in before if record.status != "clarify"]
    return answers[-1].places[: answers[-1].quoted] if answers else ()


def _record(exchange: Exchange, answer: Answer, text: str, parent: int | None, focus: Focus) -> AnswerRecord:
    chat_id, topic = exchange.key
    return AnswerRecord(
        id=0,
        chat_id=chat_id,
        topic=topic,
        user_id=exchange.person.id,
        asked_at=exchange.at,
        question=text,
        stand_alone=answer.question,
        status=answer.status,
        language=exchange.words.language,
        parent=parent,
        focus=focus,
        places=(*(quote.place for quote in answer.quotes), *further_places(answer)),
        quoted=len(answer.quotes),
        passages=tuple(passage.place for passage in answer.passages),
    )


def _hints(exchange: Exchange, answer: Answer, text: str) -> list[str]:
    bare = answer.status == "not_found" and answer.nearest and len(text.split()) <= KEYWORDS
    return [exchange.words("keywords-hint")] if bare else []


def _plain(exchange: Exchange, answer: Answer, notices: Sequence[str], focus: str) -> str:
    """Return an answer with all that is said about it as plain text."""
    words = exchange.words
    text = plain_choices(answer, words) if answer.status == "clarify" else answer.text
    doubts = [] if all(claim.supported for claim in answer.claims) else [words("unsupported")]
    said = [in_words(notice, words) for notice in answer.notices]
    scope = [words("only-in", focus=focus)] if focus else []
    return GAP.join([*notices, text, *doubts, *said, *scope])


async def _keyboard(exchange: Exchange, answer: Answer, answer_id: int | None, record: AnswerRecord) -> Keyboard:
    if answer.status == "clarify":
        return await _choices(exchange, answer)
    if answer_id is None:  # without an answer's details there is nothing for its buttons to find
        return ()
    if answer.status == "answered":
        more = len(record.places) > record.quoted
        return answer_keyboard(answer_id, answer.quotes, exchange.words, more=more)
    if answer.status == "not_found" and answer.passages:
        return refusal_keyboard(answer_id, exchange.words)
    return ()


async def _choices(exchange: Exchange, answer: Answer) -> Keyboard:
    choices = offered(answer)
    try:
        return choice_keyboard(choices, [await keep_view(exchange, CHOICE, choice) for choice in choices])
    except DatabaseError as error:  # they can be answered in words
        logger.warning("A question asked back goes out without buttons: %s", error)
        return ()

"""What is kept of conversations: found again after a restart, and gone from every file once it is to be forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.stores.conversations import AnswerRecord, Conversations, Forgotten, Preferences
from bot.stores.database import Database
from bot.stores.inbox import Inbox
from retrieval.errors import DatabaseError
from retrieval.models import Focus, Place

ANNE, BEN = 11, 22
GROUP = -100
PLACES = (Place("a", 1, 10, 30, 0.75), Place("б/с", 2, 0, 5))
RECORD = AnswerRecord(
    id=0,
    chat_id=ANNE,
    topic=None,
    user_id=ANNE,
    asked_at=1000.0,
    question="And in Germany?",
    stand_alone="Who broke the bridge in Germany?",
    status="answered",
    language="en",
    parent=None,
    focus=Focus(source="Harbour Post", from_="2026-01-01"),
    places=PLACES,
    quoted=1,
    passages=PLACES[:1],
)
NOTHING = Forgotten(answers=0, ratings=0, settings=False, views=0)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.in_directory(tmp_path)) as database:
        yield database


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


def add(conversations: Conversations, record: AnswerRecord = RECORD, **changes: object) -> int:
    return conversations.add_answer(replace(record, **changes))  # type: ignore[arg-type]


def questions(records: tuple[AnswerRecord, ...]) -> list[str]:
    return [record.question for record in records]


# Answers


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(RECORD, id="private chat"),
        pytest.param(replace(RECORD, chat_id=GROUP, topic=7), id="topic of a group"),
        pytest.param(replace(RECORD, places=(), passages=(), quoted=0, focus=Focus(), status="chat"), id="no quotes"),
        pytest.param(replace(RECORD, question="What's “that”? \x00 🦆 'x'; --", stand_alone=""), id="odd characters"),
    ],
)
def test_an_answer_comes_back_as_it_was_kept(tmp_path: Path, record: AnswerRecord) -> None:
    with closing(Database.in_directory(tmp_path)) as database:
        answer_id = Conversations(database).add_answer(record)
    with closing(Database.in_directory(tmp_path)) as database:
        assert Conversations(database).answer(answer_id) == replace(record, id=answer_id)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters()), st.text(), st.text())
def test_any_text_can_be_kept(question: str, source: str, query: str) -> None:
    with closing(Database(None)) as database:
        conversations = Conversations(database)
        kept = conversations.answer(add(conversations, question=question, focus=Focus(source=source)))
        assert kept is not None
        assert kept.focus.source == source
        assert kept.question == question.encode("utf-8", "replace").decode()
        assert conversations.view(conversations.add_view(1, "find", query, 0.0)) == ("find", query)


def test_a_lone_surrogate_is_kept_as_a_question_mark(conversations: Conversations) -> None:
    answer = conversations.answer(add(conversations, question="a\ud800b"))
    assert answer is not None
    assert answer.question == "a?b"


def test_a_record_shows_no_words_in_its_repr() -> None:
    assert "Germany" not in repr(RECORD)


def test_an_id_is_never_used_twice(conversations: Conversations) -> None:
    first = add(conversations)
    conversations.forget(ANNE)
    assert add(conversations) > first
    assert conversations.answer(first) is None


def test_an_answer_is_found_by_each_message_that_shows_it(conversations: Conversations) -> None:
    first, second = add(conversations), add(conversations, chat_id=GROUP)
    conversations.bind(ANNE, [5, 6], first)
    conversations.bind(GROUP, [5], second)
    conversations.bind(ANNE, [], second)
    found = [conversations.answer_of(chat, message) for chat, message in ((ANNE, 5), (ANNE, 6), (GROUP, 5))]
    assert [record.id for record in found if record] == [first, first, second]
    assert conversations.answer_of(GROUP, 6) is None


def test_what_comes_in_for_a_forgotten_answer_is_dropped(conversations: Conversations) -> None:
    gone = add(conversations)
    conversations.forget(ANNE)
    conversations.bind(ANNE, [5], gone)
    conversations.rate(gone, BEN, "up")
    conversations.show_more(gone, 3)
    assert conversations.answer_of(ANNE, 5) is None
    assert conversations.counts(BEN) == NOTHING


def test_a_thread_is_what_an_answer_continues_oldest_first(conversations: Conversations) -> None:
    parent = None
    for n in range(7):
        parent = add(conversations, question=f"q{n}", parent=parent)
        add(conversations, question="aside", parent=parent)
    assert parent is not None
    assert questions(conversations.thread(parent)) == ["q2", "q3", "q4", "q5", "q6"]
    assert questions(conversations.thread(parent, most=1)) == ["q6"]
    assert questions(conversations.thread(parent, most=100)) == [f"q{n}" for n in range(7)]
    assert conversations.thread(parent + 100) == ()


def test_the_last_answer_is_that_of_the_conversation(conversations: Conversations) -> None:
    for chat, topic in ((ANNE, None), (GROUP, None), (GROUP, 3), (GROUP, 4)):
        for n in range(2):
            add(conversations, chat_id=chat, topic=topic, question=f"{chat} {topic} {n}")
    found = [conversations.last(key, since=0.0) for key in ((ANNE, None), (GROUP, None), (GROUP, 3), (GROUP, 4))]
    assert [record.question for record in found if record] == ["11 None 1", "-100 None 1", "-100 3 1", "-100 4 1"]
    assert conversations.last((BEN, None), since=0.0) is None


@pytest.mark.parametrize(("since", "found"), [(1000.0, True), (1000.5, False)])
def test_the_last_answer_is_not_older_than_asked_for(conversations: Conversations, since: float, found: bool) -> None:
    add(conversations, asked_at=1000.0)
    assert (conversations.last((ANNE, None), since) is not None) == found


def test_a_conversation_started_anew_leans_on_nothing_before_even_within_the_same_second(
    conversations: Conversations,
) -> None:
    key = (GROUP, 3)
    add(conversations, chat_id=GROUP, topic=3, question="before", asked_at=1000.0)
    add(conversations, chat_id=GROUP, topic=4, question="elsewhere", asked_at=1000.0)
    conversations.start_anew(key, at=1000.7)
    assert conversations.last(key, since=0.0) is None
    elsewhere = conversations.last((GROUP, 4), since=0.0)
    assert elsewhere is not None
    add(conversations, chat_id=GROUP, topic=3, question="after", asked_at=1000.0)
    latest = conversations.last(key, since=0.0)
    assert latest is not None
    assert latest.question == "after"
    conversations.start_anew(key, at=1001.0)
    assert conversations.last(key, since=0.0) is None


def test_more_quotes_are_shown_never_fewer(conversations: Conversations) -> None:
    answer_id = add(conversations, quoted=1)
    for quoted, expected in ((3, 3), (2, 3)):
        conversations.show_more(answer_id, quoted)
        answer = conversations.answer(answer_id)
        assert answer is not None
        assert answer.quoted == expected


def test_a_rating_takes_the_place_of_the_one_before(conversations: Conversations) -> None:
    answer_id = add(conversations)
    assert conversations.verdict(answer_id, ANNE) == ""
    conversations.rate(answer_id, ANNE, "up")
    conversations.rate(answer_id, ANNE, "down", "wrong")
    conversations.rate(answer_id, BEN, "up", at=5.0)
    assert [conversations.verdict(answer_id, user) for user in (ANNE, BEN)] == ["down", "up"]
    assert conversations.counts(ANNE).ratings == 1


# Settings and views


def test_each_conversation_has_its_focus_until_it_is_ended(conversations: Conversations) -> None:
    focus = Focus(article_id="a", source="Post", from_="2026-01-01", to="2026-02-01")
    conversations.set_focus((GROUP, 3), focus)
    conversations.start_anew((GROUP, 3), at=1.0)
    assert conversations.focus((GROUP, 3)) == focus
    assert conversations.focus((GROUP, None)) == conversations.focus((ANNE, 3)) == Focus()
    conversations.set_focus((GROUP, 3), Focus())
    assert conversations.focus((GROUP, 3)) == Focus()


def test_preferences_are_kept_for_each_user(conversations: Conversations) -> None:
    assert conversations.preferences(ANNE) == Preferences(language=None, quotes=3)
    conversations.set_preferences(ANNE, Preferences("ru", 5))
    conversations.set_preferences(ANNE, Preferences("en", 1, written=False))
    assert conversations.preferences(ANNE) == Preferences("en", 1, written=False, streaming=True)
    conversations.set_preferences(ANNE, Preferences(streaming=False))
    assert conversations.preferences(ANNE) == Preferences(written=True, streaming=False)
    assert conversations.preferences(BEN) == Preferences()


def test_a_view_says_what_was_asked_for(conversations: Conversations) -> None:
    first, second = (conversations.add_view(ANNE, "find", query, 1.0) for query in ("pears", "plums"))
    assert conversations.view(first) == ("find", "pears")
    assert conversations.view(second) == ("find", "plums")
    assert conversations.view(second + 1) is None
    assert [conversations.view_maker(view) for view in (first, second, second + 1)] == [ANNE, ANNE, None]


# Forgetting


def _use(conversations: Conversations, user: int, word: str) -> int:
    """Leave something of a user everywhere; return an answer of theirs."""
    private = (user, None)
    asked = add(conversations, chat_id=user, user_id=user, question=f"{word} asked", stand_alone=f"{word} alone")
    grouped = add(conversations, chat_id=GROUP, topic=3, user_id=user, question=f"{word} in a group", parent=asked)
    conversations.bind(user, [1, 2], asked)
    conversations.rate(grouped, user, "down", f"{word} reason")
    conversations.set_focus(private, Focus(source=f"{word} source"))
    conversations.start_anew(private, at=5.0)
    conversations.set_preferences(user, Preferences("ru", 2))
    conversations.add_view(user, "find", f"{word} query", 1.0)
    return grouped


def _traces(directory: Path, word: str) -> list[str]:
    # In JSON that escapes what is not ASCII, words stand in another form.
    forms = word.encode(), word.encode("ascii", "backslashreplace")
    return [file.name for file in directory.iterdir() if any(form in file.read_bytes() for form in forms)]


def test_what_was_forgotten_is_in_no_file(conversations: Conversations, database: Database, tmp_path: Path) -> None:
    inbox = Inbox(database)
    for n in range(60):
        inbox.add([(2 * n, ANNE, f'{{"text": "anneword {n}"}}'), (2 * n + 1, BEN, '{"text": "benword"}')], at=1.0)
        _use(conversations, ANNE, "anneword слово-анны")
        _use(conversations, BEN, "benword")
        if n % 3 == 0:
            inbox.done(2 * n)
    assert _traces(tmp_path, "anneword")
    assert _traces(tmp_path, "слово-анны")

    assert conversations.forget(ANNE) == Forgotten(answers=120, ratings=60, settings=True, views=60)

    assert sorted(file.name for file in tmp_path.iterdir()) == ["bot.sqlite3", "bot.sqlite3-shm", "bot.sqlite3-wal"]
    assert _traces(tmp_path, "anneword") == _traces(tmp_path, "слово-анны") == []
    assert "bot.sqlite3" in _traces(tmp_path, "benword")
    assert conversations.counts(ANNE) == NOTHING
    assert conversations.counts(BEN) == Forgotten(answers=120, ratings=60, settings=True, views=60)
    assert [ticket.update_id % 2 for ticket, _ in inbox.left()] == [1] * 60
    assert conversations.preferences(ANNE) == Preferences()
    assert conversations.focus((ANNE, None)) == Focus()
    assert conversations.focus((BEN, None)) == Focus(source="benword source")
    assert conversations.answer_of(ANNE, 1) is None
    assert conversations.answer_of(BEN, 1) is not None


def test_words_that_others_questions_borrowed_are_forgotten_too(conversations: Conversations, tmp_path: Path) -> None:
    first = add(conversations, chat_id=GROUP, question="anneword", stand_alone="anneword")
    second = add(conversations, chat_id=GROUP, user_id=BEN, question="why?", stand_alone="why anneword?", parent=first)
    third = add(conversations, chat_id=GROUP, user_id=BEN, question="who?", stand_alone="who anneword?", parent=second)
    other = add(conversations, chat_id=GROUP, user_id=BEN, question="and?", stand_alone="and benword?")
    conversations.forget(ANNE)
    assert [record.stand_alone for record in conversations.thread(third)] == ["why?", "who?"]
    assert _traces(tmp_path, "anneword") == []
    late = add(conversations, user_id=BEN, question="when?", stand_alone="when anneword?", parent=first)
    kept = conversations.answer(late)
    assert kept is not None
    assert (kept.stand_alone, kept.parent) == ("when?", None)
    untouched = conversations.answer(other)
    assert untouched is not None
    assert untouched.stand_alone == "and benword?"


def test_others_ratings_of_a_forgotten_answer_go_with_it(conversations: Conversations) -> None:
    answer_id = add(conversations, chat_id=GROUP)
    conversations.rate(answer_id, BEN, "up")
    conversations.forget(ANNE)
    assert conversations.counts(BEN) == NOTHING


def test_forgetting_somebody_unknown_is_nothing(conversations: Conversations) -> None:
    assert conversations.forget(ANNE) == conversations.counts(ANNE) == NOTHING


def test_forgetting_deletes_damaged_files_put_aside_too(conversations: Conversations, tmp_path: Path) -> None:
    (tmp_path / "bot.sqlite3.damaged-20260101-000000-000000").write_bytes(b"anneword")
    conversations.forget(ANNE)
    assert _traces(tmp_path, "anneword") == []


def test_forgetting_is_not_said_to_be_done_while_another_program_keeps_the_words(
    conversations: Conversations, database: Database, tmp_path: Path
) -> None:
    _use(conversations, ANNE, "anneword")
    with database.transaction() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM answers").fetchall()
        with pytest.raises(DatabaseError, match="close that program and try again"):
            conversations.forget(ANNE)
        assert _traces(tmp_path, "anneword")
        other.execute("ROLLBACK")
    assert conversations.forget(ANNE) == NOTHING
    assert _traces(tmp_path, "anneword") == []


def test_purging_deletes_what_is_old_and_overwrites_it(conversations: Conversations, tmp_path: Path) -> None:
    old = add(conversations, question="oldword", asked_at=10.0)
    young = add(conversations, question="newword", asked_at=30.0, parent=old)
    conversations.bind(ANNE, [1], old)
    conversations.rate(old, BEN, "up", at=30.0)
    conversations.rate(young, BEN, "up", at=10.0)
    conversations.add_view(ANNE, "find", "oldword", 10.0)
    view = conversations.add_view(ANNE, "find", "newword", 30.0)
    conversations.set_preferences(ANNE, Preferences("ru"))
    conversations.start_anew((ANNE, None), at=10.0)
    conversations.set_focus((BEN, None), Focus(source="Post"))

    assert conversations.purge(before=20.0) == 4

    assert conversations.answer_of(ANNE, 1) is None
    assert questions(conversations.thread(young)) == ["newword"]
    assert conversations.verdict(young, BEN) == ""
    assert conversations.view(view) == ("find", "newword")
    assert conversations.preferences(ANNE) == Preferences("ru")
    assert conversations.focus((BEN, None)) == Focus(source="Post")
    assert _traces(tmp_path, "oldword") == []
    assert conversations.purge(before=20.0) == 0

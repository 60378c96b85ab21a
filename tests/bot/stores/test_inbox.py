"""The inbox: what Telegram has handed over is kept until it is dealt with, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.stores.database import FILE_NAME, Database
from bot.stores.inbox import Inbox, Ticket

WORDS = '{"text": "Who broke the bridge?"}'


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.in_directory(tmp_path)) as database:
        yield database


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


def ids(inbox: Inbox) -> list[int]:
    return [ticket.update_id for ticket, _ in inbox.left()]


def test_what_came_is_left_in_the_order_in_which_it_came(inbox: Inbox) -> None:
    assert inbox.add([(9, 1, WORDS), (10, None, "{}")], at=1.0) == {9, 10}
    assert inbox.add([(3, 2, "{}")], at=2.0) == {3}  # Telegram begins its ids anew after a quiet week
    assert inbox.left() == [
        (Ticket(9, attempts=1), WORDS),
        (Ticket(10, attempts=1), "{}"),
        (Ticket(3, attempts=1), "{}"),
    ]


def test_a_repeat_is_not_new_while_it_is_in_hand(inbox: Inbox) -> None:
    inbox.add([(1, 1, WORDS)], at=1.0)
    assert inbox.add([(1, 1, "other"), (2, 1, "{}")], at=2.0) == {2}
    assert inbox.left()[0] == (Ticket(1, attempts=1), WORDS)


def test_a_repeat_is_not_new_when_it_has_been_dealt_with(inbox: Inbox) -> None:
    inbox.add([(1, 1, WORDS)], at=1.0)
    inbox.done(1)
    assert inbox.add([(1, 1, WORDS)], at=2.0) == set()
    assert inbox.left() == []


def test_the_same_update_twice_in_a_batch_counts_once(inbox: Inbox) -> None:
    assert inbox.add([(1, 1, WORDS), (1, 1, WORDS)], at=1.0) == {1}
    assert ids(inbox) == [1]


def test_of_what_has_been_dealt_with_only_the_id_is_kept(inbox: Inbox, database: Database) -> None:
    inbox.add([(1, 77, WORDS)], at=1.0)
    inbox.preview(1, 9)
    inbox.done(1)
    with database.transaction() as connection:
        row = connection.execute("SELECT * FROM updates").fetchone()
    assert (row["update_id"], row["user_id"], row["payload"], row["preview"]) == (1, None, None, None)


@pytest.mark.parametrize(
    ("steps", "ticket"),
    [
        pytest.param([], Ticket(1, attempts=1), id="nothing sent"),
        pytest.param([("sending", 0)], Ticket(1, 0, 0, 1), id="the first part may have arrived"),
        pytest.param([("sending", 0), ("sent", 0)], Ticket(1, 1, None, 1), id="the first part has arrived"),
        pytest.param(
            [("sending", 0), ("sent", 0), ("sending", 1)], Ticket(1, 1, 1, 1), id="the second may have arrived"
        ),
        pytest.param([("sent", 2)], Ticket(1, 3, None, 1), id="three parts have arrived"),
        pytest.param([("sent", 2), ("sent", 0)], Ticket(1, 3, None, 1), id="what has arrived stays so"),
        pytest.param([("preview", 9)], Ticket(1, 0, None, 1, 0, 9), id="the answer was shown while it was written"),
        pytest.param([("preview", 9), ("preview", None)], Ticket(1, attempts=1), id="and is not any more"),
        pytest.param([("preview", 9), ("became", 0)], Ticket(1, 1, None, 1), id="it is the first part now"),
        pytest.param(
            [("preview", 9), ("sending", 0), ("sent", 0), ("became", 1)], Ticket(1, 2, None, 1), id="or later"
        ),
        pytest.param([("begin",), ("begin",)], Ticket(1, attempts=1, repeats=2), id="begun again twice"),
    ],
)
def test_a_ticket_says_how_far_the_reply_had_got(
    inbox: Inbox, steps: list[tuple[str, int | None]], ticket: Ticket
) -> None:
    inbox.add([(1, 1, WORDS), (2, 1, WORDS)], at=1.0)
    for name, *part in steps:
        getattr(inbox, name)(1, *part)
    assert inbox.left() == [(ticket, WORDS), (Ticket(2, attempts=1), WORDS)]


def test_every_start_counts_an_attempt(tmp_path: Path) -> None:
    for start in range(1, 4):
        with closing(Database.in_directory(tmp_path)) as database:
            inbox = Inbox(database)
            inbox.add([(1, 1, WORDS)], at=1.0)
            assert inbox.left() == [(Ticket(1, attempts=start), WORDS)]


def test_purging_keeps_what_is_in_hand_and_what_was_done_with_since(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.add([(1, 1, WORDS), (2, 1, WORDS), (3, 1, WORDS)], at=1.0)
    for update_id, at in ((1, 10.0), (2, 20.0)):
        monkeypatch.setattr("bot.stores.inbox.time.time", lambda at=at: at)
        inbox.done(update_id)
    inbox.purge(before=15.0)
    assert inbox.add([(1, 1, WORDS), (2, 1, WORDS), (3, 1, WORDS)], at=30.0) == {1}


def test_forgetting_deletes_what_somebody_sent_and_nothing_else(inbox: Inbox) -> None:
    inbox.add([(1, 1, WORDS), (2, 2, "{}"), (3, 1, WORDS), (4, 1, WORDS), (5, None, "{}")], at=1.0)
    inbox.done(4)
    assert inbox.forget(1) == 2
    assert ids(inbox) == [2, 5]
    assert inbox.add([(1, 1, WORDS)], at=2.0) == set(), "it may be delivered once more"


def test_words_of_what_was_dealt_with_are_gone_from_the_files_after_they_are_overwritten(
    inbox: Inbox, database: Database, tmp_path: Path
) -> None:
    inbox.add([(1, 1, WORDS)], at=1.0)
    inbox.done(1)
    database.overwrite_deleted()
    assert all(b"bridge" not in file.read_bytes() for file in tmp_path.iterdir())
    assert (tmp_path / FILE_NAME).stat().st_size > 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.integers(1, 8), max_size=4)),
        st.tuples(st.just("done"), st.integers(1, 8)),
        st.tuples(st.just("forget"), st.integers(0, 1)),
    ),
    max_size=30,
)


@settings(max_examples=80, deadline=None)
@given(STEPS)
def test_nothing_is_lost_and_nothing_comes_twice(steps: list[tuple[str, list[int] | int]]) -> None:
    """Whatever happens, each id is new once, and left from then on until it is done with or forgotten."""
    expected: list[int] = []
    seen: set[int] = set()
    with closing(Database(None)) as database:
        inbox = Inbox(database)
        for name, what in steps:
            if isinstance(what, list):
                new = [update for update in dict.fromkeys(what) if update not in seen]
                assert inbox.add([(update, update % 2, "{}") for update in what], at=1.0) == set(new)
                expected += new
                seen |= set(new)
            elif name == "done":
                inbox.done(what)
                expected = [update for update in expected if update != what]
            else:
                before = len(expected)
                expected = [update for update in expected if update % 2 != what]
                assert inbox.forget(what) == before - len(expected)
            assert ids(inbox) == expected

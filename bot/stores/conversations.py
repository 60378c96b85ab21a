"""What is kept of people's conversations: questions, where their quotes stand, ratings, settings. Never article text."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING

from bot.stores.database import Database
from bot.stores.inbox import Inbox
from bot.stores.records import CHOICE, AnswerRecord, Forgotten, Key, Preferences
from retrieval.models import Focus, Place

if TYPE_CHECKING:
    import sqlite3

__all__ = ["CHOICE", "AnswerRecord", "Conversations", "Forgotten", "Key", "Preferences"]


class Conversations:
    """What is kept of conversations. Methods block until what they write is on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._inbox = Inbox(database)

    # Answers

    def add_answer(self, record: AnswerRecord) -> int:
        """Keep an answer, whatever its `id` says, and return the id it is given."""
        with self._database.transaction() as connection:
            # The answer continued may have been forgotten in the meantime, and with it the words taken from it.
            parent = record.parent if _exists(connection, record.parent) else None
            stand_alone = record.stand_alone if parent == record.parent else record.question
            cursor = connection.execute(
                "INSERT INTO answers (chat_id, topic, user_id, asked_at, question, stand_alone, status, language,"
                " parent, focus, places, quoted, passages) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *_stored((record.chat_id, record.topic)),
                    record.user_id,
                    record.asked_at,
                    _storable(record.question),
                    _storable(stand_alone),
                    record.status,
                    record.language,
                    parent,
                    json.dumps(asdict(record.focus)),
                    json.dumps([astuple(place) for place in record.places]),
                    record.quoted,
                    json.dumps([astuple(place) for place in record.passages]),
                ),
            )
            return int(cursor.lastrowid or 0)

    def answer(self, answer_id: int) -> AnswerRecord | None:
        """Return an answer; None when it was forgotten or never was."""
        return self._one("SELECT * FROM answers WHERE id = ?", answer_id)

    def bind(self, chat_id: int, message_ids: Sequence[int], answer_id: int) -> None:
        """Remember which messages show an answer; nothing when it was forgotten in the meantime."""
        with self._database.transaction() as connection:
            if _exists(connection, answer_id):
                connection.executemany(
                    "INSERT OR REPLACE INTO messages (chat_id, message_id, answer_id) VALUES (?, ?, ?)",
                    [(chat_id, message_id, answer_id) for message_id in message_ids],
                )

    def answer_of(self, chat_id: int, message_id: int) -> AnswerRecord | None:
        """Return the answer that a message shows, None for a message that shows none."""
        return self._one(
            "SELECT answers.* FROM messages JOIN answers ON answers.id = messages.answer_id"
            " WHERE messages.chat_id = ? AND messages.message_id = ?",
            chat_id,
            message_id,
        )

    def thread(self, answer_id: int, most: int = 5) -> tuple[AnswerRecord, ...]:
        """Return an answer and those that it continues, at most so many in all, the oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "WITH RECURSIVE line (answer, depth) AS (VALUES (?, 1) UNION ALL"
                " SELECT parent, depth + 1 FROM line JOIN answers ON id = answer"
                " WHERE parent IS NOT NULL AND depth < ?)"
                " SELECT answers.* FROM line JOIN answers ON id = answer ORDER BY depth DESC",
                (answer_id, most),
            ).fetchall()
        return tuple(_record(row) for row in rows)

    def last(self, key: Key, since: float) -> AnswerRecord | None:
        """Return a conversation's latest answer that is not from before `since` or before `start_anew`."""
        return self._one(
            "SELECT answers.* FROM answers LEFT JOIN conversations USING (chat_id, topic)"
            " WHERE chat_id = ? AND topic = ? AND asked_at >= ? AND id > coalesce(begun_after, 0)"
            " ORDER BY id DESC LIMIT 1",
            *_stored(key),
            since,
        )

    def start_anew(self, key: Key, at: float) -> None:
        """Have later questions of a conversation not lean on what was asked up to now."""
        # By the ids of answers and not by time: Telegram's times are whole seconds.
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO conversations (chat_id, topic, begun_after, begun_at)"
                " VALUES (?, ?, (SELECT seq FROM sqlite_sequence WHERE name = 'answers'), ?) ON CONFLICT"
                " (chat_id, topic) DO UPDATE SET begun_after = excluded.begun_after, begun_at = excluded.begun_at",
                (*_stored(key), at),
            )

    def show_more(self, answer_id: int, quoted: int) -> None:
        """Remember how many of an answer's places have been shown; it never becomes fewer."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE answers SET quoted = max(quoted, ?) WHERE id = ?", (quoted, answer_id))

    def rate(self, answer_id: int, user_id: int, verdict: str, reason: str = "", at: float | None = None) -> None:
        """Keep what somebody thinks of an answer, in place of what they thought before; `at` is now when not given.

        Nothing is kept when the answer was forgotten in the meantime.
        """
        with self._database.transaction() as connection:
            if _exists(connection, answer_id):
                connection.execute(
                    "INSERT OR REPLACE INTO ratings (answer_id, user_id, verdict, reason, at) VALUES (?, ?, ?, ?, ?)",
                    (answer_id, user_id, verdict, reason, time.time() if at is None else at),
                )

    def verdict(self, answer_id: int, user_id: int) -> str:
        """Return what somebody thinks of an answer; empty when they have not said."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT verdict FROM ratings WHERE answer_id = ? AND user_id = ?", (answer_id, user_id)
            ).fetchone()
        return str(row[0]) if row else ""

    # Settings and views

    def focus(self, key: Key) -> Focus:
        """Return the focus of a conversation, an empty one where none is set."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT focus FROM conversations WHERE chat_id = ? AND topic = ? AND focus IS NOT NULL", _stored(key)
            ).fetchone()
        return Focus(**json.loads(row[0])) if row else Focus()

    def set_focus(self, key: Key, focus: Focus) -> None:
        """Set the focus of a conversation; an empty one ends it."""
        stored = json.dumps(asdict(focus)) if focus != Focus() else None
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO conversations (chat_id, topic, focus) VALUES (?, ?, ?)"
                " ON CONFLICT (chat_id, topic) DO UPDATE SET focus = excluded.focus",
                (*_stored(key), stored),
            )

    def preferences(self, user_id: int) -> Preferences:
        """Return how somebody wants their answers."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT language, quotes, written, streaming FROM preferences WHERE user_id = ?", (user_id,)
            ).fetchone()
        if row is None:
            return Preferences()
        return Preferences(row["language"], row["quotes"], bool(row["written"]), bool(row["streaming"]))

    def set_preferences(self, user_id: int, preferences: Preferences) -> None:
        """Keep how somebody wants their answers."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO preferences (user_id, language, quotes, written, streaming)"
                " VALUES (?, ?, ?, ?, ?)",
                (user_id, *astuple(preferences)),
            )

    def add_view(self, user_id: int, kind: str, query: str, at: float) -> int:
        """Keep what a list was asked for, so that its buttons work after a restart; return the id it is given."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO views (user_id, kind, query, at) VALUES (?, ?, ?, ?)",
                (user_id, kind, _storable(query), at),
            )
            return int(cursor.lastrowid or 0)

    def view(self, view_id: int) -> tuple[str, str] | None:
        """Return kind and query of a list; None when it was forgotten."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT kind, query FROM views WHERE id = ?", (view_id,)).fetchone()
        return (row[0], row[1]) if row else None

    def view_maker(self, view_id: int) -> int | None:
        """Return the id of whoever a list is kept for; None when it was forgotten."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT user_id FROM views WHERE id = ?", (view_id,)).fetchone()
        return int(row[0]) if row else None

    # Forgetting

    def counts(self, user_id: int) -> Forgotten:
        """Return how much is kept of somebody."""
        with self._database.transaction() as connection:
            return _counts(connection, user_id)

    def forget(self, user_id: int) -> Forgotten:
        """Delete all that is kept of somebody, and overwrite it in the files; return how much it was.

        That is everything they asked, in whatever chat, their ratings, settings and lists, what they sent and nobody has
        dealt with yet, and what others' questions have borrowed from theirs. Whoever is a member stays one.

        Raises:
            DatabaseError: it is deleted but could not be overwritten; do it again.
        """
        self._inbox.forget(user_id)
        with self._database.transaction() as connection:
            forgotten = _counts(connection, user_id)
            connection.execute(_RETURN_BORROWED_WORDS, (user_id, user_id))
            for table in ("answers", "ratings", "preferences", "views"):
                connection.execute(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))
            connection.execute("DELETE FROM conversations WHERE chat_id = ?", (user_id,))
        self._database.overwrite_deleted()
        self._database.remove_set_aside()
        return forgotten

    def purge(self, before: float) -> int:
        """Delete, and overwrite, answers, ratings and lists from before a moment; return how many those were.

        Args:
            before: in seconds since 1970.

        Raises:
            DatabaseError: they are deleted but could not be overwritten.
        """
        with self._database.transaction() as connection:
            old = "answer_id IN (SELECT id FROM answers WHERE asked_at < ?)"
            count = sum(
                connection.execute(f"DELETE FROM {which}", values).rowcount
                for which, values in (
                    (f"ratings WHERE at < ? OR {old}", (before, before)),
                    ("answers WHERE asked_at < ?", (before,)),
                    ("views WHERE at < ?", (before,)),
                )
            )
            connection.execute("DELETE FROM conversations WHERE begun_at < ? AND focus IS NULL", (before,))
        if count:
            self._database.overwrite_deleted()
        self._database.remove_set_aside(before)
        return count

    def _one(self, query: str, *values: float) -> AnswerRecord | None:
        with self._database.transaction() as connection:
            row = connection.execute(query, values).fetchone()
        return _record(row) if row else None


_RETURN_BORROWED_WORDS = (
    "WITH RECURSIVE later (id) AS (SELECT id FROM answers WHERE user_id = ?"
    " UNION SELECT answers.id FROM answers JOIN later ON answers.parent = later.id)"
    " UPDATE answers SET stand_alone = question WHERE user_id <> ? AND id IN (SELECT id FROM later)"
)


def _counts(connection: sqlite3.Connection, user_id: int) -> Forgotten:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM answers WHERE user_id = :user), (SELECT count(*) FROM ratings WHERE user_id = :user),"
        " EXISTS (SELECT 1 FROM preferences WHERE user_id = :user)"
        " OR EXISTS (SELECT 1 FROM conversations WHERE chat_id = :user AND focus IS NOT NULL),"
        " (SELECT count(*) FROM views WHERE user_id = :user AND kind <> :choice)",
        {"user": user_id, "choice": CHOICE},
    ).fetchone()
    return Forgotten(answers=row[0], ratings=row[1], settings=bool(row[2]), views=row[3])


def _exists(connection: sqlite3.Connection, answer_id: int | None) -> bool:
    return connection.execute("SELECT 1 FROM answers WHERE id = ?", (answer_id,)).fetchone() is not None


def _record(row: sqlite3.Row) -> AnswerRecord:
    fields = dict(row)
    fields["topic"] = row["topic"] or None
    fields["focus"] = Focus(**json.loads(row["focus"]))
    for name in ("places", "passages"):
        fields[name] = tuple(Place(*values) for values in json.loads(row[name]))
    return AnswerRecord(**fields)


def _stored(key: Key) -> tuple[int, int]:
    chat_id, topic = key
    return chat_id, topic or 0


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # SQLite takes no lone surrogates, JSON does

"""Updates that Telegram has handed over, kept until they are dealt with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot.stores.database import Database


@dataclass(frozen=True, slots=True)
class Ticket:
    """How far an update was dealt with by earlier processes."""

    update_id: int
    sent: int = 0
    """Parts of the reply that are known to have arrived: those with numbers from 0 up to this one, without it."""
    sending: int | None = None
    """Number of the part that was on its way when the process died: it may have arrived."""
    attempts: int = 0
    """At how many starts it was found among what earlier processes left: 0 for an update that has just come."""
    repeats: int = 0
    """How many times the work on it was begun again after such a start."""
    preview: int | None = None
    """The message that shows the answer as far as it had been written, if there is one."""


class Inbox:
    """The updates in hand. Methods block until what they write is on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: set[int] = set()

    def add(self, updates: Sequence[tuple[int, int | None, str]], at: float) -> set[int]:
        """Store updates, given as update id, user id and JSON, all or none.

        Args:
            updates: in the order in which they came.
            at: when they came, in seconds since 1970.

        Returns:
            The ids that are new: not those of repeats, of updates long done with either.
        """
        with self._database.transaction() as connection:
            return {
                update_id
                for update_id, user_id, payload in updates
                if connection.execute(
                    "INSERT INTO updates (update_id, user_id, payload, arrived_at) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (update_id) DO NOTHING",
                    (update_id, user_id, payload, at),
                ).rowcount
            }

    def left(self) -> list[tuple[Ticket, str]]:
        """Return the updates not done with, and their JSON, in the order in which they came; for a start of the bot."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE updates SET attempts = attempts + 1 WHERE payload IS NOT NULL")
            rows = connection.execute(
                "SELECT update_id, sent, sending, attempts, repeats, preview, payload FROM updates"
                " WHERE payload IS NOT NULL ORDER BY arrival"
            ).fetchall()
        return [(Ticket(*row[:-1]), row[-1]) for row in map(tuple, rows)]

    def begin(self, update_id: int) -> None:
        """Count that the work on an update left by an earlier process begins.

        Apart from `attempts`: what only waits, while something else ends one process after the other, has not failed.
        """
        self._change("repeats = repeats + 1", update_id)

    def sending(self, update_id: int, part: int) -> None:
        """Note that a part of the reply, numbered from 0, is about to be sent."""
        self._change("sending = ?", part, update_id)

    def sent(self, update_id: int, part: int) -> None:
        """Note that a part of the reply, and so each one before it, has arrived."""
        self._change("sent = max(sent, ?), sending = NULL", part + 1, update_id)

    def preview(self, update_id: int, message_id: int | None) -> None:
        """Note the message that shows an answer while it is being written; None when there is no such message any more."""
        self._change("preview = ?", message_id, update_id)

    def became(self, update_id: int, part: int) -> None:
        """Note that the preview has become a part of the reply, which so has arrived."""
        self._change("sent = max(sent, ?), sending = NULL, preview = NULL", part + 1, update_id)

    def keep(self, *update_ids: int) -> None:
        """Keep updates for the next start, even if they are said to be done later: a reply could not be delivered.

        That is no failure of theirs, so it counts towards no end of the repeats.
        """
        self._kept.update(update_ids)
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE updates SET repeats = 0 WHERE update_id = ?", [(update_id,) for update_id in update_ids]
            )

    def is_kept(self, update_id: int) -> bool:
        """Return whether an update is kept for the next start."""
        return update_id in self._kept

    def done(self, *update_ids: int) -> None:
        """Delete updates that have been dealt with, all but their ids: they may be delivered once more."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE updates SET payload = NULL, user_id = NULL, preview = NULL, done_at = ? WHERE update_id = ?",
                [(time.time(), update_id) for update_id in update_ids if update_id not in self._kept],
            )

    def purge(self, before: float) -> None:
        """Delete the ids of updates that were done with before a moment, in seconds since 1970."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM updates WHERE payload IS NULL AND done_at < ?", (before,))

    def forget(self, user_id: int) -> int:
        """Delete what somebody has sent and nobody has dealt with yet; return how many updates those were.

        `Conversations.forget` calls this, and overwrites the words in the file.
        """
        with self._database.transaction() as connection:
            return connection.execute(
                "UPDATE updates SET payload = NULL, user_id = NULL, preview = NULL, done_at = ?"
                " WHERE user_id = ? AND payload IS NOT NULL",
                (time.time(), user_id),
            ).rowcount

    def _change(self, change: str, *values: float | None) -> None:
        with self._database.transaction() as connection:
            connection.execute(f"UPDATE updates SET {change} WHERE update_id = ?", values)

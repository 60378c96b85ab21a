"""Who is let in besides those whom CITEGRAM_ALLOWED_USERS names."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Literal

from bot.stores.database import Database

Role = Literal["admin", "reader"]

_CODE_BYTES = 24
"""Random bytes of a code: 192 bits, 32 characters of URL-safe base64, which deep links take as they are."""


class Members:
    """The people let in by links, and the links not used yet. Methods block for milliseconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def role(self, user_id: int) -> Role | None:
        """Return what somebody may do; None for somebody who is not let in."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT role FROM members WHERE user_id = ?", (user_id,)).fetchone()
        return row[0] if row else None

    def admins(self) -> tuple[int, ...]:
        """Return the user ids of the admins, the longest-serving first."""
        return tuple(user_id for user_id, role, _ in self.everyone() if role == "admin")

    def everyone(self) -> tuple[tuple[int, str, float], ...]:
        """Return user id, role and since when, in seconds since 1970, of all members, the longest-serving first."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT user_id, role, since FROM members ORDER BY since, user_id").fetchall()
        return tuple((row[0], row[1], row[2]) for row in rows)

    def invite(self, role: Role, by: int | None, expires: float) -> str:
        """Make a code that lets one person in; only its SHA-256 is kept.

        Args:
            role: what that person may do.
            by: the admin who invites; None for a claim made at a start.
            expires: until when it can be used, in seconds since 1970.

        Returns:
            32 characters of `A-Z a-z 0-9 - _`.
        """
        code = secrets.token_urlsafe(_CODE_BYTES)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM invitations WHERE expires <= ?", (time.time(),))
            connection.execute("INSERT INTO invitations VALUES (?, ?, ?, ?)", (_hash(code), role, by, expires))
        return code

    def redeem(self, code: str, user_id: int, now: float) -> Role | None:
        """Let somebody in by a code and return their role; None for a code that is unknown, used or expired.

        A code works once. It is not used up by a member whom it would give nothing, and never lowers an admin.
        """
        with self._database.transaction() as connection:
            # Looked up by hash: how long it takes says nothing about the codes there are.
            found = connection.execute(
                "SELECT role, invited_by FROM invitations WHERE hash = ? AND expires > ?", (_hash(code), now)
            ).fetchone()
            if found is None:
                return None
            member = connection.execute("SELECT role FROM members WHERE user_id = ?", (user_id,)).fetchone()
            if member is not None and member["role"] in ("admin", found["role"]):
                role: Role = member["role"]
                return role
            connection.execute("DELETE FROM invitations WHERE hash = ?", (_hash(code),))
            connection.execute(
                "INSERT INTO members (user_id, role, since, invited_by) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (user_id) DO UPDATE SET role = excluded.role",
                (user_id, found["role"], now, found["invited_by"]),
            )
            granted: Role = found["role"]
            return granted

    def withdraw_claims(self) -> None:
        """Make the unused claims of earlier starts worthless."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM invitations WHERE invited_by IS NULL")

    def remove(self, user_id: int) -> bool:
        """Let somebody in no longer, nor anybody by the codes they gave out; False for somebody who was not in."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM invitations WHERE invited_by = ?", (user_id,))
            return connection.execute("DELETE FROM members WHERE user_id = ?", (user_id,)).rowcount > 0


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "replace")).digest()

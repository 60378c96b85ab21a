"""What is known of a reply's parts, whoever keeps it."""

from __future__ import annotations

from typing import Protocol


class Journal(Protocol):
    """What is known of a reply's parts, counted from 0; it outlives the process."""

    @property
    def first(self) -> int:
        """How many parts are known to have arrived: the number of the first one to be sent."""

    @property
    def doubtful(self) -> int | None:
        """The part that was on its way when an earlier process ended, if any."""

    async def sending(self, part: int) -> None:
        """Write down that a part goes out now."""

    async def sent(self, part: int) -> None:
        """Write down that a part has arrived."""

    async def keep(self) -> None:
        """Write down that a part could not be delivered so far and is left for a later process."""

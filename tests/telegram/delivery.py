"""Updates on their way to the bot: kept until it confirms them, fetched by polling or posted to its webhook."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from tests.telegram.records import Fields, RefusedError
from tests.telegram.state import State

KINDS = {
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
    "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost",
}  # fmt: skip
LEFT_OUT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class ClosedError(Exception):
    """The server went away while a request was waiting."""


class Delivery:
    """The updates that the bot has not confirmed."""

    def __init__(self, state: State, changed: asyncio.Condition) -> None:
        self.updates: list[Fields] = []
        self.has_webhook = False
        self._state = state
        self._changed = changed
        self.wanted = KINDS - LEFT_OUT_BY_DEFAULT
        self._last_update = 1000
        self._poller: object = None

    async def enqueue(self, update: Fields, *, always: bool = False) -> int:
        """Put an update before the bot; return its id, 0 if the bot has not asked for updates of this kind.

        As with the real server, what the bot asked for last counts at the time when the update comes about.
        """
        if not always and not self.wanted & update.keys():
            return 0
        self._last_update += 1
        self.updates.append({"update_id": self._last_update, **update})
        await self.notify()
        return self._last_update

    async def notify(self) -> None:
        """Wake all that wait for a change."""
        async with self._changed:
            self._changed.notify_all()

    def want(self, fields: Fields) -> None:
        """Take over a request's allowed updates, if it names any."""
        kinds = fields.get("allowed_updates")
        if kinds is None:
            return
        if unknown := set(kinds) - KINDS:
            self._state.violations.append(f"allowed_updates: no such kinds: {', '.join(sorted(unknown))}")
        self.wanted = set(kinds) & KINDS or KINDS - LEFT_OUT_BY_DEFAULT

    async def poll(self, fields: Fields) -> list[Fields]:
        """Carry out getUpdates: hold the request open until there is something, or until its time is over."""
        if self.has_webhook:
            raise RefusedError(409, WEBHOOK_ACTIVE)
        me = self._poller = object()
        self.want(fields)
        offset, timeout = fields.get("offset") or 0, min(fields.get("timeout") or 0, 50)
        if offset < 0:
            self.updates = self.updates[offset:]
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        async with self._changed:
            self._changed.notify_all()
            if timeout and not self.updates:
                with suppress(TimeoutError):
                    await asyncio.wait_for(
                        self._changed.wait_for(lambda: self.updates or self._poller is not me), timeout
                    )
        if self._poller is None:
            raise ClosedError
        if self._poller is not me:
            raise RefusedError(409, WEBHOOK_ACTIVE if self.has_webhook else TERMINATED)
        return self.updates[: min(max(fields.get("limit") or 100, 1), 100)]

    async def interrupt(self, *, closing: bool = False) -> None:
        """End the request that is held open, as another poller does, or as a server that goes away."""
        self._poller = None if closing else object()
        await self.notify()

    def drop(self) -> None:
        """Forget all updates that the bot has not confirmed."""
        self.updates = []

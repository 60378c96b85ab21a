"""Posting updates to the bot's webhook, as Telegram does: repeated until answered, in order within a chat."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.telegram.delivery import Delivery
from tests.telegram.records import Fields
from tests.telegram.state import State

MAX_CONNECTIONS = 40
MAX_SECRET = 256
PORTS = (443, 80, 88, 8443)
FIRST_RETRY, MAX_RETRY = 0.1, 2.0
"""Seconds; Telegram's own are longer, up to a minute."""
ANSWER_SECONDS = 60.0
LOCAL = ("127.0.0.1", "localhost", "::1")

_SECRET = re.compile(r"[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Posted:
    """An attempt to hand over an update: what the bot answered, None if nothing."""

    update_id: int
    status: int | None
    at: float


@dataclass(slots=True)
class Webhook:
    """Where updates go."""

    url: str
    secret: str
    max_connections: int
    certificate: bool
    last_error: str = ""
    last_error_at: int = 0


class Postman:
    """Sets webhooks and posts to them. `proxies` stand for what makes a public address lead to this machine."""

    def __init__(self, state: State, delivery: Delivery, changed: asyncio.Condition) -> None:
        self.posted: list[Posted] = []
        self.proxies: dict[str, str] = {}
        self._state = state
        self._delivery = delivery
        self._changed = changed
        self._webhook: Webhook | None = None
        self._task: asyncio.Task[None] | None = None

    async def set(self, fields: Fields) -> bool:
        url = fields["url"]
        if not url:
            return await self.delete(fields)
        self._check(url, fields)
        await self.pause()
        self._delivery.want(fields)
        if fields.get("drop_pending_updates"):
            self._delivery.drop()
        self._webhook = Webhook(
            url,
            fields.get("secret_token") or "",
            fields.get("max_connections") or MAX_CONNECTIONS,
            fields.get("certificate") is not None,
        )
        self._delivery.has_webhook = True
        await self._delivery.interrupt()
        self.go_on()
        return True

    async def delete(self, fields: Fields) -> bool:
        await self.pause()
        self._webhook, self._delivery.has_webhook = None, False
        if fields.get("drop_pending_updates"):
            self._delivery.drop()
        return True

    def info(self) -> Fields:
        webhook = self._webhook or Webhook("", "", MAX_CONNECTIONS, False)
        fields: Fields = {
            "url": webhook.url,
            "has_custom_certificate": webhook.certificate,
            "pending_update_count": len(self._delivery.updates),
        }
        if webhook.url:
            wanted = sorted(self._delivery.wanted)
            fields |= {"max_connections": webhook.max_connections, "allowed_updates": wanted}
        if webhook.last_error:
            fields |= {"last_error_date": webhook.last_error_at, "last_error_message": webhook.last_error}
        return fields

    def go_on(self) -> None:
        """Begin to post, if there is a webhook."""
        if self._webhook is not None:
            self._task = asyncio.create_task(self._run(self._webhook))

    async def pause(self) -> None:
        """Post nothing more for now."""
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _check(self, url: str, fields: Fields) -> None:
        parts = urlsplit(url)
        is_local = parts.hostname in LOCAL
        if not is_local and parts.scheme != "https":
            raise self._state.violation("bad webhook: An HTTPS URL must be provided for webhook")
        if not is_local and (parts.port or 443) not in PORTS:
            raise self._state.violation("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        secret = fields.get("secret_token") or ""
        if len(secret) > MAX_SECRET or not _SECRET.fullmatch(secret):
            raise self._state.violation("secret token contains unallowed characters")
        if not 1 <= (fields.get("max_connections") or MAX_CONNECTIONS) <= 100:
            self._state.violations.append("setWebhook: max_connections is not between 1 and 100")

    async def _run(self, webhook: Webhook) -> None:
        # An update waits for the one before it in the same queue only, which is what Telegram's server does.
        queues: dict[Hashable, asyncio.Task[None]] = {}
        connections = asyncio.Semaphore(webhook.max_connections)

        async def work_off(queue: Hashable) -> None:
            try:
                while (update := self._oldest().get(queue)) is not None:
                    await self._post(session, webhook, update, connections)
            finally:
                del queues[queue]

        async with ClientSession(timeout=ClientTimeout(total=ANSWER_SECONDS)) as session:
            try:
                while True:
                    for queue in self._oldest().keys() - queues.keys():
                        queues[queue] = asyncio.create_task(work_off(queue))
                    async with self._changed:
                        await self._changed.wait()
            finally:
                tasks = list(queues.values())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _oldest(self) -> dict[Hashable, Fields]:
        """Return the oldest update of each queue."""
        oldest: dict[Hashable, Fields] = {}
        for update in self._delivery.updates:
            oldest.setdefault(_queue(update), update)
        return oldest

    async def _post(
        self, session: ClientSession, webhook: Webhook, update: Fields, connections: asyncio.Semaphore
    ) -> None:
        pause = FIRST_RETRY
        while True:
            async with connections:
                status, error = await self._try(session, webhook, update)
            self.posted.append(Posted(update["update_id"], status, time.monotonic()))
            if not error:
                break
            webhook.last_error, webhook.last_error_at = error, int(time.time())
            await self._delivery.notify()
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_RETRY)
        self._delivery.updates = [one for one in self._delivery.updates if one is not update]
        await self._delivery.notify()

    async def _try(self, session: ClientSession, webhook: Webhook, update: Fields) -> tuple[int | None, str]:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        url = self.proxies.get(webhook.url, webhook.url)
        try:
            async with session.post(url, json=update, headers=headers, allow_redirects=False) as response:
                if 200 <= response.status <= 299:
                    return response.status, ""
                return response.status, f"Wrong response from the webhook: {response.status} {response.reason}"
        except TimeoutError:
            return None, "Connection timed out"
        except (ClientError, OSError):
            return None, "Connection refused"


def _queue(update: Fields) -> Hashable:
    """Return what updates are kept in order by: the kind and the chat, or the user who pressed a button."""
    kind = next(name for name in update if name != "update_id")
    content = update[kind]
    if not isinstance(content, dict):
        return kind
    place = content.get("chat") or content.get("from") or {}
    number = place.get("id") if isinstance(place, dict) else None
    return "message" if "message" in kind else kind, number

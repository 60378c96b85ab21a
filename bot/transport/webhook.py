"""Taking updates that Telegram posts to a webhook, into the same queue that polling fills.

The small server is our own: python-telegram-bot's writes an update that it cannot read into the log, words and all, and
refuses it, so that Telegram sends it over and over.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import urlsplit

import tornado.httpserver
import tornado.web
from telegram import Bot, Update, WebhookInfo
from telegram.error import BadRequest, TelegramError

from bot.transport.bot_api import readable
from bot.transport.order import ConversationOrder
from bot.transport.polling import ALLOWED_UPDATES, MAX_WAITING, Alert, Intake, Outage, tell_nobody
from retrieval.errors import SettingsError

CONNECTIONS = 16
"""Requests that Telegram may have under way at once; for one chat it never has two, so that order is kept."""
MAX_BODY_BYTES = 4_000_000
WATCH_SECONDS = 60.0
"""How often Telegram is asked whether the webhook is still the one set here, and works."""
RECENT_SECONDS = 120.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"

logger = logging.getLogger(__name__)


def webhook_secret(token: str) -> str:
    """Return what Telegram has to show with every update: known to whoever has the token, and telling nothing of it."""
    return hmac.new(token.encode(), b"citegram webhook", "sha256").hexdigest()


class Webhook:
    """Receives updates at an address, and sees to it that Telegram sends them there."""

    def __init__(
        self,
        bot: Bot,
        queue: Intake,
        order: ConversationOrder,
        *,
        url: str,
        listen: tuple[str, int],
        alert: Alert = tell_nobody,
    ) -> None:
        """Take the public address that Telegram posts to, and the host and port to listen at for it."""
        self._bot = bot
        self._url = url
        self._listen = listen
        self._alert = alert
        self._outage = Outage(alert)
        self._secret = webhook_secret(bot.token)
        self._trouble = ""
        self._since = datetime.now(UTC)
        self._post = {"bot": bot, "queue": queue, "order": order, "secret": self._secret}

    async def run(self) -> NoReturn:
        """Receive updates until cancelled; never ends by itself. The webhook stays set for the next start.

        Raises:
            SettingsError: it is impossible to listen there, or Telegram does not take the address.
        """
        path = urlsplit(self._url).path or "/"
        server = tornado.httpserver.HTTPServer(
            _Server([(_exactly(path), _Post, self._post)]), max_body_size=MAX_BODY_BYTES
        )
        host, port = self._listen
        try:
            server.listen(port, host)
        except OSError as error:
            raise SettingsError(f"CITEGRAM_WEBHOOK_LISTEN: cannot listen at {host}:{port} ({error}).") from error
        try:
            await self._set()
            self._since = datetime.now(UTC)
            logger.info("The webhook is set.")
            while True:
                await asyncio.sleep(WATCH_SECONDS)
                await self._watch()
        finally:
            server.stop()
            await server.close_all_connections()

    async def confirm(self) -> None:
        """Do nothing: every update was confirmed when it had been stored."""

    async def _set(self) -> None:
        while True:
            try:
                await self._bot.set_webhook(
                    self._url,
                    allowed_updates=ALLOWED_UPDATES,
                    max_connections=CONNECTIONS,
                    secret_token=self._secret,
                )
            except BadRequest as error:
                raise SettingsError(f"Telegram does not take CITEGRAM_WEBHOOK_URL ({error}).") from error
            except TelegramError as error:
                await asyncio.sleep(await self._outage.note(error))
            else:
                await self._outage.over()
                return

    async def _watch(self) -> None:
        try:
            info = await self._bot.get_webhook_info()
        except TelegramError as error:
            await self._outage.note(error)
            return
        await self._outage.over()
        if info.url != self._url:
            await self._report("Another program has changed this bot's webhook: stop it. I set it again.")
            await self._set_again()
        elif _fails(info, self._since):
            await self._report(f"Telegram cannot deliver messages to CITEGRAM_WEBHOOK_URL ({info.last_error_message}).")
        elif self._trouble:
            self._trouble = ""
            logger.info("The webhook works again.")

    async def _set_again(self) -> None:
        try:
            await self._set()
        except SettingsError as error:  # it was good at the start
            logger.warning("%s", error)

    async def _report(self, trouble: str) -> None:
        """Say what is wrong, once for as long as it goes on."""
        if trouble != self._trouble:
            self._trouble = trouble
            logger.warning("%s", trouble)
            await self._alert("Webhook", trouble)


class _Server(tornado.web.Application):
    """Answers Telegram, and writes no line about each request."""

    def log_request(self, handler: tornado.web.RequestHandler) -> None:
        """Write nothing."""


class _Post(tornado.web.RequestHandler):
    """An update that comes in; the answer is 200 once it is stored, and Telegram repeats it otherwise."""

    SUPPORTED_METHODS = ("POST",)

    def initialize(self, bot: Bot, queue: Intake, order: ConversationOrder, secret: str) -> None:
        self._bot = bot
        self._queue = queue
        self._order = order
        self._secret = secret

    async def post(self) -> None:
        shown = self.request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode(), self._secret.encode()):
            raise tornado.web.HTTPError(HTTPStatus.FORBIDDEN)
        if self._order.current_concurrent_updates >= MAX_WAITING:
            raise tornado.web.HTTPError(HTTPStatus.SERVICE_UNAVAILABLE)
        update = Update.de_json(readable(self._update()), self._bot)
        await self._queue.put_all([update])

    def _update(self) -> dict[str, Any]:
        try:
            value = json.loads(self.request.body)
        except ValueError:
            value = None
        if not isinstance(value, dict) or type(value.get("update_id")) is not int:
            raise tornado.web.HTTPError(HTTPStatus.BAD_REQUEST)
        return value

    def log_exception(self, *failure: Any) -> None:
        """Write of an error that nobody expected what it is and where, and nothing of the request."""
        if not isinstance(failure[1], tornado.web.HTTPError):
            logger.error("A message cannot be stored; Telegram sends it again.", exc_info=failure[1])

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the status alone."""
        self.finish()


def _exactly(path: str) -> str:
    return f"{re.escape(path)}/?"


def _fails(info: WebhookInfo, since: datetime) -> bool:
    """Return whether updates wait because posting them failed lately, and not only before `since`."""
    at = info.last_error_date
    lately = datetime.now(UTC) - timedelta(seconds=RECENT_SECONDS)
    return bool(info.pending_update_count) and at is not None and at >= max(since, lately)

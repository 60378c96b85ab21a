"""The Telegram application: its handlers, and its life from connecting to a clean stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine, Iterable
from typing import Any

from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.access import Access, warn_when_closed
from bot.addressing import ADDRESSED, NEW
from bot.answering import Answering
from bot.bot_api import BotApiRequest, PollingRequest
from bot.handlers import Conversation
from bot.order import ConversationOrder
from bot.polling import Outage, Poller
from retrieval.errors import SettingsError
from retrieval.settings import Settings

STOP_SECONDS = 10.0
"""How long a stop waits for answers in flight."""

App = Application[Any, Any, Any, Any, Any, Any]

logger = logging.getLogger(__name__)


def build_application(settings: Settings, citegram: Answering) -> App:
    """Build the application from its settings, with every handler; nothing is sent before `serve`."""
    if settings.telegram_token is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is not set; get a token from @BotFather and put it into .env.")
    url = settings.telegram_api_url
    builder = (
        ApplicationBuilder()
        .token(settings.telegram_token.get_secret_value())
        .request(BotApiRequest(url))
        .get_updates_request(PollingRequest(url))
        .concurrent_updates(ConversationOrder())
        .updater(None)  # `polling.py` fetches the updates: PTB's own gives up for good on a passing 401 or 404
    )
    if url is not None:
        builder = builder.base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    application = builder.build()
    _add_handlers(application, Access(settings.allowed_users), Conversation(citegram))
    return application


def _add_handlers(application: App, access: Access, conversation: Conversation) -> None:
    addressed = NEW & ADDRESSED
    application.add_handler(TypeHandler(Update, access.guard), group=-1)
    application.add_handler(CommandHandler("start", conversation.start, addressed))
    application.add_handler(CommandHandler("help", conversation.help, addressed))
    application.add_handler(CommandHandler("ask", conversation.ask, addressed))
    application.add_handler(MessageHandler(addressed & filters.COMMAND, conversation.unknown_command))
    application.add_handler(MessageHandler(addressed & filters.TEXT, conversation.question))
    application.add_handler(MessageHandler(addressed, conversation.no_text))
    application.add_error_handler(conversation.failed)


def run(settings: Settings, citegram: Answering) -> None:
    """Serve Telegram until SIGTERM or SIGINT.

    A thread that still loads the model or works on an abandoned answer may outlive this call.

    Raises:
        SettingsError: Telegram does not accept the token.
        CitegramError: the embedding model cannot be loaded.
    """

    async def until_signalled() -> None:
        await serve(settings, citegram, _stop_on_signals())

    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(until_signalled())
    finally:
        loop.close()  # and not asyncio.run, which waits for threads without limit


async def serve(settings: Settings, citegram: Answering, stop: asyncio.Event) -> None:
    """Connect, answer until `stop` is set, let the answers in flight finish, and disconnect."""
    application = build_application(settings, citegram)
    warn_when_closed(settings.allowed_users)
    try:
        await _until(stop, _connect(application, settings.telegram_api_url))
        if not stop.is_set():
            await _work(application, citegram, stop)
    finally:
        await application.shutdown()
        await application.bot.shutdown()  # the line before leaves it open when connecting has not succeeded


async def _connect(application: App, api_url: str | None) -> None:
    outage = Outage()
    while True:
        try:
            await application.initialize()
            await application.bot.delete_webhook()
        except InvalidToken:
            # PTB's message holds the token, so nothing of it may get any further.
            raise SettingsError(_refused(api_url)) from None
        except TelegramError as error:
            await asyncio.sleep(outage.note(error))
        else:
            outage.over()
            logger.info("Serving as @%s.", application.bot.username)
            return


async def _work(application: App, citegram: Answering, stop: asyncio.Event) -> None:
    order = application.update_processor
    if not isinstance(order, ConversationOrder):
        raise TypeError("the application was not built by build_application")
    poller = Poller(application.bot, application.update_queue, order)
    await application.start()
    try:
        await _until(stop, poller.run(), asyncio.to_thread(citegram.warm))
    finally:
        logger.info("Stopping: answers in flight get %.0f seconds.", STOP_SECONDS)
        await poller.confirm()
        try:
            await asyncio.wait_for(application.stop(), STOP_SECONDS)
        except TimeoutError:
            logger.warning("Questions left without an answer: %d.", order.current_concurrent_updates)
            await _cancel(asyncio.all_tasks() - {asyncio.current_task()})


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _until(stop: asyncio.Event, *works: Coroutine[Any, Any, None]) -> None:
    """Run `works` side by side until all have ended, one has failed or `stop` is set; the first error is raised."""
    tasks = [asyncio.create_task(work) for work in works]
    waiter = asyncio.create_task(stop.wait())
    pending = set[asyncio.Task[Any]](tasks)
    while pending and not stop.is_set() and not any(map(_failed, tasks)):
        await asyncio.wait({*pending, waiter}, return_when=asyncio.FIRST_COMPLETED)
        pending = {task for task in tasks if not task.done()}
    await _cancel({waiter, *tasks})
    for task in filter(_failed, tasks):
        task.result()


async def _cancel(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


def _refused(api_url: str | None) -> str:
    advice = "copy it again from @BotFather (/mybots, API Token) into .env and start again"
    where = " (if that token is right: is TELEGRAM_API_URL a Bot API server?)" if api_url else ""
    return f"Telegram does not accept TELEGRAM_BOT_TOKEN{where}: {advice}."

"""The Telegram application: its handlers, and its life from connecting to a clean stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.access import Access, Allowed
from bot.addressing import ADDRESSED, NEW, is_meant, is_question
from bot.answering import Answering
from bot.exchange import BotProfile, Desk
from bot.gathering import Gatherer
from bot.menus import offer_commands
from bot.reception import Reception
from bot.seen import Albums, Versions
from bot.shares import Shares
from bot.stores.conversations import Conversations
from bot.stores.database import Database
from bot.stores.durable_queue import DurableQueue
from bot.stores.inbox import Inbox
from bot.stores.members import Members
from bot.transport.alerts import Alerts
from bot.transport.bot_api import connected_bot
from bot.transport.limits import Limits
from bot.transport.order import ConversationOrder
from bot.transport.polling import Outage, Poller
from bot.transport.sending import Courier
from bot.transport.throttle import Throttle
from bot.transport.webhook import Webhook
from bot.views.start_links import INVITATION, start_link
from retrieval.errors import CitegramError, SettingsError
from retrieval.settings import Settings

STOP_SECONDS = 10.0
"""How long a stop waits for answers in flight."""
MAX_ANSWERS_AT_ONCE = 8
"""Answers worked on at the same time; the core is bound by the processor, so more would only slow each other."""
MAX_WRITTEN_AT_ONCE = 24
"""The same where a chat model writes them, as most of that is waiting for it."""
MAX_OF_ONE_PERSON = 3
"""Of these, for one person, who can ask in several chats and by buttons at the same time."""
MAX_LOOKUPS = 4
"""Searches and pages worked on at the same time; they are bound by the processor, too."""
THREADS = 32
"""For blocking calls; the default of a machine with few cores is less than the answers worked on at the same time."""
MIN_BURST = 5
"""Questions that anybody may ask at once."""
PRESSES_PER_MINUTE = 60
PURGE_SECONDS = 6 * 3600.0
DONE_UPDATES_SECONDS = 3 * 86_400.0
"""Telegram keeps updates for a day: an id that is older cannot come again."""
FOREVER = 1e12
"""Seconds since 1970 by which a claim link has not expired: it is withdrawn at the next start."""

_DAY = 86_400.0

App = Application[Any, Any, Any, Any, Any, Any]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Front:
    """The application with the parts that its life needs."""

    application: App
    queue: DurableQueue
    order: ConversationOrder
    inbox: Inbox
    desk: Desk
    allowed: Allowed
    alerts: Alerts


def build(settings: Settings, citegram: Answering, database: Database) -> Front:
    """Build the application from its settings, with every handler; nothing is sent before `serve`."""
    if settings.telegram_token is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is not set; get a token from @BotFather and put it into .env.")
    inbox, members = Inbox(database), Members(database)
    queue = DurableQueue(database, inbox)
    order = ConversationOrder(queue.done, counts=is_question, meant=is_meant)
    application = _application(settings, queue, order)
    desk = Desk(
        core=citegram,
        database=database,
        conversations=Conversations(database),
        members=members,
        keep_days=settings.keep_days,
        slots=asyncio.Semaphore(MAX_WRITTEN_AT_ONCE if citegram.writes else MAX_ANSWERS_AT_ONCE),
        shares=Shares(MAX_OF_ONE_PERSON),
        lookups=asyncio.Semaphore(MAX_LOOKUPS),
        stop=order.stop,
    )
    courier = Courier(application.bot, Throttle())
    allowed = Allowed(settings.allowed_users, settings.admins)
    alerts = Alerts(courier, lambda: {*settings.admins, *members.admins()})
    courier.report_to(alerts.alert)
    reception = Reception(
        desk=desk,
        courier=courier,
        access=Access(allowed, database, members),
        queue=queue,
        inbox=inbox,
        gatherer=Gatherer(order.follows, order.waiting, queue.together),
        questions=Limits(settings.questions_per_minute, burst=max(MIN_BURST, settings.questions_per_minute // 4)),
        presses=Limits(PRESSES_PER_MINUTE, burst=PRESSES_PER_MINUTE // 3),
        alerts=alerts,
        albums=Albums(),
        versions=Versions(),
    )
    _add_handlers(application, reception)
    return Front(application, queue, order, inbox, desk, allowed, alerts)


def _application(settings: Settings, queue: DurableQueue, order: ConversationOrder) -> App:
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    return (
        ApplicationBuilder()
        .bot(connected_bot(token, settings.telegram_api_url))
        .concurrent_updates(order)
        .updater(None)  # `polling.py` fetches the updates: PTB's own gives up for good on a passing 401 or 404
        .update_queue(queue)
        .build()
    )


def _add_handlers(application: App, reception: Reception) -> None:
    addressed = NEW & ADDRESSED
    edited = filters.UpdateType.EDITED_MESSAGE & ADDRESSED
    application.add_handler(TypeHandler(Update, reception.begin), group=-2)
    application.add_handler(TypeHandler(Update, reception.guard), group=-1)
    application.add_handler(CallbackQueryHandler(reception.press))
    application.add_handler(MessageHandler(addressed & filters.TEXT, reception.text))
    application.add_handler(MessageHandler(addressed, reception.content))
    application.add_handler(MessageHandler(edited & (filters.TEXT | filters.CAPTION), reception.edited))
    application.add_error_handler(reception.failed)


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
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    database = Database.in_directory(settings.data_dir)
    try:
        front = build(settings, citegram, database)
        try:
            await _until(stop, _connect(front, settings))
            if not stop.is_set():
                await _work(front, settings, citegram, stop)
        finally:
            await front.application.shutdown()
            await front.application.bot.shutdown()  # the line before leaves it open when connecting has not succeeded
    finally:
        database.close()


async def _connect(front: Front, settings: Settings) -> None:
    outage = Outage()
    bot = front.application.bot
    while True:
        try:
            await front.application.initialize()
            if settings.webhook_url is None:
                await bot.delete_webhook()
        except InvalidToken:
            # PTB's message holds the token, so nothing of it may get any further.
            raise SettingsError(_refused(settings.telegram_api_url)) from None
        except TelegramError as error:
            await asyncio.sleep(await outage.note(error))
        else:
            await outage.over()
            me = bot.bot
            front.desk.profile = BotProfile(me.username or "", bool(me.can_read_all_group_messages))
            logger.info("Serving as @%s.", me.username)
            return


async def _work(front: Front, settings: Settings, citegram: Answering, stop: asyncio.Event) -> None:
    await _say_how_to_claim(front)
    left = await front.queue.reload(front.application.bot)
    if left:
        logger.info("Going on with %d messages of the last run.", left)
    source = _source(front, settings)
    await front.application.start()
    try:
        await _until(
            stop,
            source.run(),
            front.alerts.run(),
            asyncio.to_thread(citegram.warm),
            _purge_now_and_then(front),
            offer_commands(front.application.bot, front.desk, front.allowed.admins),
        )
    finally:
        logger.info("Stopping: answers in flight get %.0f seconds.", STOP_SECONDS)
        await source.confirm()
        await _finish(front)


def _source(front: Front, settings: Settings) -> Poller | Webhook:
    """Return where updates come from."""
    bot, alert = front.application.bot, front.alerts.alert
    if settings.webhook_url is None:
        return Poller(bot, front.queue, front.order, alert)
    return Webhook(bot, front.queue, front.order, url=settings.webhook_url, listen=settings.webhook_listen, alert=alert)


async def _finish(front: Front) -> None:
    front.queue.close()
    try:
        await asyncio.wait_for(front.application.stop(), STOP_SECONDS)
    except TimeoutError:
        logger.warning("Messages left for the next start: %d.", front.order.current_concurrent_updates)
        await _cancel(asyncio.all_tasks() - {asyncio.current_task()})


async def _say_how_to_claim(front: Front) -> None:
    """Print a link that makes its opener the admin, when nobody may use the bot yet."""
    members, database = front.desk.members, front.desk.database
    await database.run(members.withdraw_claims)
    if not front.allowed.nobody or await database.run(members.admins) != ():
        return
    code = await database.run(members.invite, "admin", None, FOREVER)
    logger.warning(
        "Nobody may use this bot yet. Open %s in Telegram to become its admin; the link works once, until the next "
        "start. Or set CITEGRAM_ALLOWED_USERS to Telegram user ids, or to * for everybody.",
        start_link(front.desk.profile.name, INVITATION + code),
    )


async def _purge_now_and_then(front: Front) -> None:
    database, now = front.desk.database, time.time
    while True:
        try:
            await database.run(front.desk.conversations.purge, now() - front.desk.keep_days * _DAY)
            await database.run(front.inbox.purge, now() - DONE_UPDATES_SECONDS)
        except CitegramError as error:  # a full disk must not end the bot
            logger.warning("What is old could not be deleted: %s", error)
        await asyncio.sleep(PURGE_SECONDS)


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

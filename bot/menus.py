"""The menus of commands that Telegram shows: by kind of chat, by language, and for admins."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, TelegramError

from bot.commands import COMMANDS, Command
from bot.exchange import Desk
from bot.views.words import LANGUAGES, words_for
from retrieval.errors import CitegramError

OTHERS = "en"
"""The language for everybody whose own the bot does not speak."""

logger = logging.getLogger(__name__)


async def offer_commands(bot: Bot, desk: Desk, admins: Iterable[int]) -> None:
    """Set all menus; one that cannot be set is logged, and set at the next start.

    Args:
        admins: those that the settings name, besides whom links have made admins.
    """
    for scope, commands in _menus(sorted({*admins, *await _by_link(desk)})):
        for language in LANGUAGES:
            await _set(bot, scope, commands, language)


async def _by_link(desk: Desk) -> tuple[int, ...]:
    try:
        return await desk.database.run(desk.members.admins)
    except CitegramError as error:
        logger.warning("Admins who became so by a link get no menu of their own: %s", error)
        return ()


def _menus(admins: Sequence[int]) -> Iterator[tuple[BotCommandScope, list[Command]]]:
    everybody = [command for command in COMMANDS if command.listed and not command.admin]
    yield BotCommandScopeDefault(), everybody
    yield BotCommandScopeAllPrivateChats(), everybody
    yield BotCommandScopeAllGroupChats(), [command for command in everybody if command.groups]
    for admin in admins:
        yield BotCommandScopeChat(admin), [command for command in COMMANDS if command.listed]


async def _set(bot: Bot, scope: BotCommandScope, commands: Sequence[Command], language: str) -> None:
    words = words_for(language)
    menu = [BotCommand(command.name, words(f"command-{command.name}")) for command in commands]
    try:
        await bot.set_my_commands(menu, scope=scope, language_code="" if language == OTHERS else language)
    except BadRequest as error:  # an admin who has not written to the bot yet has no chat with it
        logger.debug("A menu was not set (%s).", type(error).__name__)
    except TelegramError as error:
        logger.warning("A menu of commands could not be set (%s).", type(error).__name__)

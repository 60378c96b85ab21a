"""What python-telegram-bot sends, form and multipart, is understood, and it understands the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import BadRequest
from telegram.request import HTTPXRequest

from tests.telegram.calling import GROUP, READER
from tests.telegram.double import TOKEN, TelegramDouble

Result = TypeVar("Result")
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Context", callback_data="c:1")]])


def using(double: TelegramDouble, work: Callable[[Bot], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        request = HTTPXRequest(httpx_kwargs={"trust_env": False})
        async with Bot(TOKEN, base_url=f"{double.url}/bot", request=request) as bot:
            return await work(bot)

    return asyncio.run(run())


def test_a_message_with_everything(double: TelegramDouble) -> None:
    async def work(bot: Bot) -> None:
        message = await bot.send_message(
            READER,
            '<b>Bridge</b> <a href="https://x.org/a?b&amp;c">closed</a><blockquote expandable>Why?</blockquote>',
            parse_mode="HTML",
            reply_markup=KEYBOARD,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_parameters=ReplyParameters(1, allow_sending_without_reply=True),
        )
        assert [entity.type for entity in message.entities] == ["bold", "text_link", "expandable_blockquote"]
        assert message.reply_markup == KEYBOARD
        assert message.reply_to_message is not None
        edited = await message.edit_text("Open", reply_markup=KEYBOARD)
        assert getattr(edited, "text", None) == "Open"
        await message.delete()

    using(double, work)
    (message,) = double.messages(READER)
    assert (message.text, message.reply_to, message.edits, message.deleted) == ("Open", 1, 1, True)
    assert double.violations == []


def test_a_document(double: TelegramDouble) -> None:
    async def work(bot: Bot) -> None:
        message = await bot.send_document(
            READER,
            InputFile("<p>Gänse</p>".encode(), "article-3.html"),
            caption="<i>Full text</i>",
            parse_mode="HTML",
            reply_markup=KEYBOARD,
        )
        assert message.document is not None
        assert (message.document.file_name, message.document.mime_type) == ("article-3.html", "text/html")
        await bot.send_document(READER, message.document.file_id)
        await message.edit_caption("Text")

    using(double, work)
    message, again = double.messages(READER)
    assert message.document is not None
    assert (message.document.name, message.document.text, message.text) == ("article-3.html", "<p>Gänse</p>", "Text")
    assert again.document == message.document
    assert double.violations == []


@pytest.mark.parametrize(
    ("content", "name", "caption", "violation"),
    [
        pytest.param(b"", "a.html", "", "file must be non-empty", id="empty file"),
        pytest.param(b"x", "a.html", "x" * 1025, "message caption is too long", id="long caption"),
    ],
)
def test_a_document_that_is_refused(
    double: TelegramDouble, content: bytes, name: str, caption: str, violation: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){violation}"):
        using(double, lambda bot: bot.send_document(READER, InputFile(content, name), caption=caption))
    assert double.violations == [violation]


def test_a_file_name_that_the_server_would_change_is_kept_in_mind(double: TelegramDouble) -> None:
    using(double, lambda bot: bot.send_document(READER, InputFile(b"x", "a\\b.html")))
    assert double.violations == ["the server changes the file name 'a\\\\b.html'"]


def test_a_document_has_a_caption_and_a_message_a_text(double: TelegramDouble) -> None:
    async def work(bot: Bot) -> None:
        document = await bot.send_document(READER, InputFile(b"x", "a.html"))
        message = await bot.send_message(READER, "x")
        with pytest.raises(BadRequest, match=r"(?i)there is no text in the message to edit"):
            await document.edit_text("y")
        with pytest.raises(BadRequest, match=r"(?i)there is no caption in the message to edit"):
            await message.edit_caption("y")
        with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
            await bot.send_document(READER, "unknown")

    using(double, work)
    assert len(double.violations) == 3


def test_the_menu_of_commands_depends_on_the_chat_and_the_language(double: TelegramDouble) -> None:
    async def work(bot: Bot) -> None:
        await bot.set_my_commands([BotCommand("help", "Help")])
        await bot.set_my_commands([BotCommand("help", "Hilfe")], language_code="de")
        await bot.set_my_commands([BotCommand("ask", "Ask")], scope=BotCommandScopeAllGroupChats())
        await bot.set_my_commands([BotCommand("invite", "Invite")], scope=BotCommandScopeChat(READER))
        assert [one.description for one in await bot.get_my_commands(language_code="de")] == ["Hilfe"]

    using(double, work)
    assert double.menu(8) == {"help": "Help"}
    assert double.menu(8, language="de") == {"help": "Hilfe"}
    assert double.menu(8, GROUP) == {"ask": "Ask"}
    assert double.menu(READER) == {"invite": "Invite"}
    using(double, lambda bot: bot.delete_my_commands(BotCommandScopeChat(READER)))
    assert double.menu(READER) == {"help": "Help"}
    assert double.violations == []


@pytest.mark.parametrize(
    ("name", "description", "violation"),
    [
        pytest.param("Ask", "x", "BOT_COMMAND_INVALID", id="capital letter"),
        pytest.param("a" * 33, "x", "BOT_COMMAND_INVALID", id="long name"),
        pytest.param("ask", " ", "BOT_COMMAND_DESCRIPTION_INVALID", id="no description"),
        pytest.param("ask", "x" * 257, "BOT_COMMAND_DESCRIPTION_INVALID", id="long description"),
    ],
)
def test_a_bad_command_is_refused(double: TelegramDouble, name: str, description: str, violation: str) -> None:
    with pytest.raises(BadRequest, match="(?i)" + violation):
        using(double, lambda bot: bot.set_my_commands([BotCommand(name, description)]))
    assert double.violations == [violation]


def test_too_many_commands_a_bad_language_and_long_descriptions_are_refused(double: TelegramDouble) -> None:
    many = [BotCommand(f"c{n}", "x") for n in range(101)]
    tries: list[Callable[[Bot], Awaitable[object]]] = [
        lambda bot: bot.set_my_commands(many),
        lambda bot: bot.set_my_commands(many[:1], language_code="de-AT"),
        lambda bot: bot.set_my_description("x" * 513),
        lambda bot: bot.set_my_short_description("x" * 121),
    ]
    for attempt in tries:
        with pytest.raises(BadRequest):
            using(double, attempt)
    using(double, lambda bot: bot.set_my_commands(many[:1] * 2))
    assert double.violations == [
        "BOT_COMMANDS_TOO_MUCH",
        "invalid language code specified",
        "the bot's description is too long",
        "the bot's short_description is too long",
        "a command stands twice in the menu",
    ]


def test_descriptions_are_kept_by_language(double: TelegramDouble) -> None:
    async def work(bot: Bot) -> None:
        await bot.set_my_description("Answers")
        await bot.set_my_short_description("Ответы", language_code="ru")
        assert (await bot.get_my_description("ru")).description == "Answers"

    using(double, work)
    assert (double.profile_text("description"), double.profile_text("short_description", "ru")) == ("Answers", "Ответы")


def test_chats_and_members_can_be_looked_up(double: TelegramDouble) -> None:
    async def work(bot: Bot) -> None:
        assert (await bot.get_chat(READER)).first_name == "Reader7"
        assert (await bot.get_chat(GROUP)).type == "supergroup"
        assert (await bot.get_chat_member(GROUP, 8)).status == "administrator"
        assert [member.user.id for member in await bot.get_chat_administrators(GROUP)] == [8]
        with pytest.raises(BadRequest, match=r"(?i)chat not found"):
            await bot.get_chat(99)

    double.promote(8, GROUP)
    using(double, work)
    assert double.violations == []

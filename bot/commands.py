"""The commands, in the order of the menu."""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot import asking, finding, narrowing, personal
from bot.exchange import Exchange
from bot.views import buttons
from bot.views.text import Button, Keyboard, pack, run, shortened

Handler = Callable[[Exchange, str], Awaitable[None]]

MAX_SHOWN = 60
"""Characters of a command on a button."""

_WRITTEN = re.compile(r"/([^\s@]+)(@\w+)?\s*(.*)", re.DOTALL)
_WITH_NUMBER = re.compile(r"(article|focus)_(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its description is `command-<name>` in the message catalogues."""

    name: str
    handler: Handler
    groups: bool = True
    """Whether the menu and the help in groups show it."""
    admin: bool = False
    """Whether it is for admins, and in private chats only: all that are in a group could use the link it shows."""
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A command as somebody has written it."""

    name: str
    arguments: str = field(repr=False)
    bot: str = ""
    """The bot it is meant for, without @; empty for whoever reads it."""


async def _ask(exchange: Exchange, words: str) -> None:
    await asking.ask(exchange, words)


async def _help(exchange: Exchange, words: str) -> None:
    """`/help`: say how to ask and what the commands are."""
    say = exchange.words
    profile = exchange.desk.profile
    groups = say("help-groups-all" if profile.reads_groups else "help-groups-privacy", name=profile.name)
    admin = exchange.person.role == "admin"
    offered = [c for c in COMMANDS if c.listed and (c.groups or exchange.private) and (admin or not c.admin)]
    listed = "\n".join(f"/{command.name} – {say(f'command-{command.name}')}" for command in offered)
    written = [say("help-written")] if exchange.desk.core.writes else []
    texts = [say("help-ask"), say("help-quotes"), *written, say("help-refusal"), say("help-kinds"), say("help-buttons")]
    texts += [groups, listed]
    await exchange.channel.reply(pack(map(run, texts)))


COMMANDS = (
    Command("ask", _ask),
    Command("sources", finding.sources),
    Command("latest", finding.latest),
    Command("article", finding.article),
    Command("quote", finding.quote),
    Command("focus", narrowing.focus),
    Command("unfocus", narrowing.unfocus),
    Command("new", personal.new),
    Command("stop", personal.stop),
    Command("link", personal.link, groups=False),
    Command("settings", personal.settings, groups=False),
    Command("privacy", personal.privacy, groups=False),
    Command("forget", personal.forget, groups=False),
    Command("invite", personal.invite, groups=False, admin=True),
    Command("members", personal.members, groups=False, admin=True),
    Command("help", _help),
    Command("start", personal.start, listed=False),
)
BY_NAME = {command.name: command for command in COMMANDS}


def read(text: str) -> Call | None:
    """Read a message as a command, with its arguments; `/article_17` is `/article 17`. None when it is none."""
    form = _WRITTEN.fullmatch(text.strip())
    if form is None:
        return None
    name, bot, arguments = form.groups()
    numbered = _WITH_NUMBER.fullmatch(name.lower())
    if numbered:
        name, arguments = numbered.group(1), f"{numbered.group(2)} {arguments}".strip()
    return Call(name.lower(), arguments.strip(), (bot or "@")[1:])


async def carry_out(exchange: Exchange, call: Call) -> None:
    """Do what a command says, or name the one it was probably meant to be."""
    command = BY_NAME.get(call.name)
    if command is None:
        await _suggest(exchange, call)
    elif command.admin and not exchange.private:
        await exchange.say("only-private", name=command.name)
    else:
        await command.handler(exchange, call.arguments)


async def _suggest(exchange: Exchange, call: Call) -> None:
    """Name the command that was probably meant, with a button that carries it out as it was written."""
    near = difflib.get_close_matches(call.name, BY_NAME, n=1, cutoff=0.6)
    if not near:
        await exchange.say("command-unknown")
        return
    meant = f"/{near[0]} {call.arguments}".strip()
    keyboard: Keyboard = ()
    if call.arguments:
        view = await finding.keep_view(exchange, "question", meant)
        keyboard = ((Button(shortened(meant, MAX_SHOWN), buttons.again(view)),),)
    await exchange.channel.reply([run(exchange.words("command-near", name=near[0]))], keyboard)

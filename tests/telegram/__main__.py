"""The double as a process of its own, for trying the bot by hand: `python -m tests.telegram [--port PORT]`."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable

from tests.telegram.records import Fields, Sent
from tests.telegram.users import Users

HELP = """\
Lines to type:
  USER TEXT                      the user (any number) writes to the bot
  USER@CHAT TEXT                 the same in a group (a negative number)
  USER[@CHAT] !press MESSAGE DATA          presses a button
  USER[@CHAT] !reply MESSAGE TEXT          replies to a message
  USER[@CHAT] !edit MESSAGE TEXT           changes the user's own message
  USER[@CHAT] !photo | !voice | !sticker   sends something that is no text
  USER !block                    blocks the bot
  USER !speaks LANGUAGE          changes the language of the user's app"""

_LINE = re.compile(r"(\d+)(?:@(-\d+))?\s+(.*)", re.DOTALL)


def main() -> int:
    """Run the server until standard input ends; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.telegram", description=__doc__, epilog=HELP, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--port", type=int, default=0, help="the port of 127.0.0.1 to listen on (default: any free one)"
    )
    port = parser.parse_args().port
    try:
        with Users(port=port) as server:
            server.listen(lambda event, sent: print(shown(event, sent), flush=True))
            print(f"TELEGRAM_API_URL={server.url} TELEGRAM_BOT_TOKEN={server.token}\n\n{HELP}\n", flush=True)
            follow(server, sys.stdin)
    except KeyboardInterrupt:
        return 130
    return 0


def follow(server: Users, lines: Iterable[str]) -> None:
    """Do what the lines say; report those that cannot be done, and what the bot did wrong in between."""
    seen = 0
    for line in filter(None, map(str.strip, lines)):
        try:
            result = act(server, line)
        except (AssertionError, KeyError, ValueError) as error:
            result = f"not done: {error}"
        if result:
            print(result, flush=True)
        for violation in server.violations[seen:]:
            print(f"! the server objected: {violation}", flush=True)
        seen = len(server.violations)


def act(server: Users, line: str) -> str:
    """Do what a line says; return what its writer should know.

    Raises:
        AssertionError, KeyError, ValueError: if it cannot be done.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError("a line begins with a user's number, then a space")
    user, group, rest = int(match[1]), match[2], match[3]
    chat = user if group is None else int(group)
    command, *words = rest.split(maxsplit=2)
    match command, words:
        case "!press", [message_id, data]:
            answer = server.wait_for_press_answer(server.press(user, chat, int(message_id), data))
            return f"(answered: {answer.get('text', '')})"
        case "!reply", [message_id, text]:
            server.send_text(user, text, chat=chat, reply_to=int(message_id))
        case "!edit", [message_id, text]:
            server.edit_text(user, int(message_id), text, chat=chat)
        case "!photo", _:
            server.send_photo(user, " ".join(words), chat=chat)
        case "!voice", _:
            server.send_voice(user, chat=chat)
        case "!sticker", _:
            server.send_sticker(user, chat=chat)
        case "!block", _:
            server.block(user)
        case "!speaks", [language]:
            server.speaks(user, language)
        case _ if command.startswith("!"):
            raise ValueError(f"{command} is not known, or something is missing behind it")
        case _:
            server.send_text(user, rest, chat=chat)
    return ""


def shown(event: str, sent: Sent) -> str:
    """Return a message of the bot as lines of text, its buttons with their data."""
    place = f"chat {sent.chat_id}" + (f" topic {sent.topic}" if sent.topic else "")
    lines = [f"--- {place}, message {sent.message_id} {event}"]
    if event == "deleted":
        return lines[0]
    if sent.document:
        lines.append(f"[file {sent.document.name}, {len(sent.document.content)} bytes]")
    lines.append(sent.text)
    return "\n".join([*lines, *(" ".join(map(button, row)) for row in sent.keyboard)])


def button(fields: Fields) -> str:
    """Return what is written on a button, and what it does."""
    return f"[{fields['text']} | {fields.get('callback_data') or fields.get('url', '')}]"


if __name__ == "__main__":
    sys.exit(main())

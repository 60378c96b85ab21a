"""A terminal or a pipe as the way back to whoever writes: buttons have numbers, and answers grow while they are written."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import takewhile

from bot.exchange import Preview
from bot.views.buttons import is_again
from bot.views.text import GAP, Button, Keyboard, Message

_PRESS = re.compile(r"(?P<sign>#?)(?P<n>\d{1,3})")


class Typewriter:
    """An answer while it is being written: of every frame what is new is printed, so that the text grows where it is."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        self._shown = ""

    def show(self, message: Message) -> None:
        """Print what is new in a frame: where it does not go on from the last, whole paragraphs."""
        frame = message.plain
        if frame.startswith(self._shown):
            _write(frame[len(self._shown) :])
        else:
            parts = frame.split(GAP)
            pairs = zip(parts, self._shown.split(GAP), strict=False)
            known = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            _write(GAP + GAP.join(parts[known:]))
        self._shown = frame

    def rest(self, whole: str) -> str:
        """Return what is left to print of the whole answer, with the line breaks before it."""
        if not self._shown:
            return whole
        # The answer may break its lines elsewhere.
        printed = re.match(r"\s+".join(map(re.escape, self._shown.split())), whole)
        return whole[printed.end() :] if printed else GAP + whole


class Terminal:
    """Standard output as the way back.

    Buttons are numbered, and `#2` presses the second of the last ones shown; if these are choices in answer to a question
    asked back, `2` does. A pipe has the choices alone.
    """

    def __init__(self, *, interactive: bool) -> None:
        """Begin with no buttons; `interactive` says that somebody sits at a terminal."""
        self._interactive = interactive
        self._shown: tuple[Button, ...] = ()
        self._choosing = False
        self._last_id = 0

    @property
    def pressed(self) -> int | None:
        """Return nothing: messages have no ids."""
        return None

    def button(self, line: str) -> Button | None:
        """Return the button that a line presses."""
        form = _PRESS.fullmatch(line)
        if form is None or not (self._choosing or (self._interactive and form["sign"])):
            return None
        n = int(form["n"])
        return self._shown[n - 1] if 1 <= n <= len(self._shown) else None

    async def reply(self, messages: Sequence[Message], keyboard: Keyboard = ()) -> tuple[int, ...]:
        """Print messages and what their buttons are."""
        say(GAP.join(message.plain for message in messages))
        self._show(keyboard)
        return self._next_id()

    async def answer(
        self, plain: str, messages: Sequence[Message], keyboard: Keyboard = (), *, preview: Preview | None = None
    ) -> tuple[int, ...]:
        """Print an answer, or what its preview lacks of it."""
        say(preview.rest(plain) if isinstance(preview, Typewriter) else plain)
        self._show(keyboard, choosing=all(is_again(button.data) for row in keyboard for button in row))
        return self._next_id()

    def end_line(self) -> None:
        """Go on below what has been written so far."""
        _write("\n")

    def preview(self) -> Preview | None:
        """Write an answer out as it comes, for somebody who looks on."""
        return Typewriter() if self._interactive else None

    async def replace(self, message: Message, keyboard: Keyboard = ()) -> None:
        """Print a message below what it takes the place of."""
        await self.reply([message], keyboard)

    async def replace_keyboard(self, keyboard: Keyboard) -> None:
        """Print what the buttons are now."""
        self._show(keyboard)

    async def document(self, name: str, content: bytes, caption: Message) -> None:
        """Say where the article's text can be had: a terminal shows no files."""
        say(f"{caption.plain}\n(In Telegram this comes as the file {name}; here, see citegram-ingest show.)")

    async def tell(self, text: str, *, alert: bool = False) -> None:
        """Print a note."""
        if text:
            say(text)

    def typing(self) -> AbstractAsyncContextManager[None]:
        """Show nothing while an answer is worked on."""
        return _nothing()

    def _next_id(self) -> tuple[int, ...]:
        self._last_id += 1
        return (self._last_id,)

    def _show(self, keyboard: Keyboard, *, choosing: bool = False) -> None:
        self._shown = tuple(button for row in keyboard for button in row if button.data)
        self._choosing = choosing and bool(self._shown)
        if self._interactive and self._shown and not choosing:  # choices are listed, and numbered, in the text
            say("  ".join(f"[#{n} {button.text}]" for n, button in enumerate(self._shown, 1)))


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def say(text: str) -> None:
    """Print a text and an empty line."""
    _write(text.rstrip("\n") + GAP)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()

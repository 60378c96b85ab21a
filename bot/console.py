"""The conversation on a terminal, or line by line through a pipe: the same commands and buttons as in Telegram."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import commands
from bot.answering import Answering
from bot.asking import ask
from bot.exchange import Desk, Exchange, Person
from bot.pressing import press
from bot.shares import Shares
from bot.stores.conversations import Conversations
from bot.stores.database import Database
from bot.stores.members import Members
from bot.terminal import Terminal
from bot.views.text import Button
from bot.views.words import words_for
from retrieval.errors import CitegramError
from retrieval.models import Answer, CatalogSummary, Progress, Question
from retrieval.wording import answered

if TYPE_CHECKING:
    from retrieval.library import Library

TOKEN_HINT = (
    "To answer in Telegram, talk to @BotFather there, send /newbot, and put the token it gives you into .env as "
    "TELEGRAM_BOT_TOKEN=..."
)
LOADING = "Loading the language model; the first answer takes some seconds."
PROMPT = "> "
FAREWELLS = frozenset({"exit", "quit", "/exit", "/quit"})
BOLD = ("\x1b[1m", "\x1b[22m")
"""What begins and ends bold letters on a terminal (ECMA-48, SGR)."""
KEEP_DAYS = 0
"""Nothing of the console's conversations is kept."""

_KEY = (1, None)
_USER = 1


def run(citegram: Answering, *, hint: bool) -> int:
    """Answer questions from standard input on standard output until it ends; return the exit code.

    On a terminal there is a prompt, and the model loads while the first question is typed. `hint` adds a line on how
    to get a Telegram token; it goes to standard error like everything that is no answer.
    """
    on_terminal = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    _show_any_character()
    if hint:
        _note(TOKEN_HINT)
    core = _Patient(citegram, bold=on_terminal)
    database = Database(None)
    try:
        if on_terminal:
            citegram.keep_index()
            core.load_in_background()
        _converse(_desk(core, database), _typed_lines() if on_terminal else _piped_lines(), interactive=on_terminal)
    except BrokenPipeError:
        # Nobody reads any more. What is still buffered must not be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        database.close()
    return 0


class _Patient:
    """The core, with its model loaded in the background or when it is first needed; what answers can be in bold."""

    def __init__(self, citegram: Answering, *, bold: bool) -> None:
        self._citegram = citegram
        self._bold = bold
        self._thread: threading.Thread | None = None
        self._error: CitegramError | None = None
        self._loaded = False

    @property
    def library(self) -> Library:
        return self._citegram.library

    @property
    def writes(self) -> bool:
        return self._citegram.writes

    @property
    def writer_name(self) -> str:
        return self._citegram.writer_name

    async def answer(self, question: Question, on_progress: Callable[[Progress], None] | None = None) -> Answer:
        """Answer a question once the model is there.

        Raises:
            CitegramError: it cannot be loaded.
        """
        await asyncio.to_thread(self._wait)
        answer = await self._citegram.answer(question, on_progress)
        if self._bold and any(quote.marks for quote in answer.quotes):
            in_bold = answered(answer.quotes, around_marks=BOLD)
            return replace(answer, text=answer.text.replace(answered(answer.quotes), in_bold))
        return answer

    def warm(self) -> None:
        self._citegram.warm()

    def keep_index(self) -> None:
        self._citegram.keep_index()

    def describe(self) -> CatalogSummary:
        return self._citegram.describe()

    def load_in_background(self) -> None:
        _note(LOADING)
        self._thread = threading.Thread(target=self._load, name="load-model")
        self._thread.start()

    def _wait(self) -> None:
        if self._loaded or not self._citegram.describe().articles:
            return
        if self._thread is None:
            _note(LOADING)
            self._load()
        else:
            self._thread.join()
        if self._error is not None:
            raise self._error
        self._loaded = True

    def _load(self) -> None:
        try:
            self._citegram.warm()
        except CitegramError as error:
            self._error = error


def _desk(core: Answering, database: Database) -> Desk:
    return Desk(
        core=core,
        database=database,
        conversations=Conversations(database),
        members=Members(database),
        keep_days=KEEP_DAYS,
        slots=asyncio.Semaphore(1),
        shares=Shares(1),
        lookups=asyncio.Semaphore(1),
    )


def _converse(desk: Desk, lines: Iterator[str], *, interactive: bool) -> None:
    terminal = Terminal(interactive=interactive)
    loop = asyncio.new_event_loop()
    try:
        for line in lines:
            text = line.strip()
            if text.lower() in FAREWELLS:
                return
            if text and interactive:
                _until_interrupted(loop, _take(desk, terminal, text))
            elif text:
                loop.run_until_complete(_take(desk, terminal, text))
    finally:
        loop.close()  # and not asyncio.Runner, which waits for a thread that still loads the model


def _until_interrupted(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> None:
    """Do work that Ctrl-C ends, and with it what a chat model does; the conversation goes on."""
    task = loop.create_task(work)
    before = signal.signal(signal.SIGINT, lambda number, frame: loop.call_soon_threadsafe(task.cancel))
    try:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
    finally:
        signal.signal(signal.SIGINT, before)


async def _take(desk: Desk, terminal: Terminal, text: str) -> None:
    preferences = await desk.database.run(desk.conversations.preferences, _USER)
    person = Person(_USER, "admin", words_for(preferences.language), preferences.quotes)
    exchange = Exchange(desk, terminal, person, _KEY, private=True, at=time.time())
    try:
        await _respond(exchange, text, terminal.button(text))
    except asyncio.CancelledError:
        terminal.end_line()
        await exchange.say("stop-done")


async def _respond(exchange: Exchange, text: str, button: Button | None) -> None:
    call = commands.read(text)
    if button is not None:
        await press(exchange, button.data)
    elif call is not None:
        await commands.carry_out(exchange, call)
    else:
        await ask(exchange, text)


def _typed_lines() -> Iterator[str]:
    with suppress(ImportError):  # not every Python has it
        import readline  # noqa: F401  # gives `input` editing and history

    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            sys.stdout.write("\n")
            return


def _piped_lines() -> Iterator[str]:
    if sys.stdin is None:
        return
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").lstrip("\ufeff")


def _note(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _show_any_character() -> None:
    """Let no letter that the terminal's encoding lacks, nor a broken byte that comes in, end the conversation."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")

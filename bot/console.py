"""The conversation on a terminal, or line by line through a pipe."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

from bot.answering import Answering
from bot.words import UNKNOWN_COMMAND, help_text, welcome
from retrieval.errors import CitegramError
from retrieval.models import Question

TOKEN_HINT = (
    "To answer in Telegram, talk to @BotFather there, send /newbot, and put the token it gives you into .env as "
    "TELEGRAM_BOT_TOKEN=..."
)
LOADING = "Loading the language model; the first answer takes some seconds."
PROMPT = "> "
FAREWELLS = frozenset({"exit", "quit", "/exit", "/quit"})


def run(citegram: Answering, *, hint: bool) -> int:
    """Answer questions from standard input on standard output until it ends; return the exit code.

    On a terminal there is a prompt, and the model loads while the first question is typed. `hint` adds a line on how
    to get a Telegram token; it goes to standard error like everything that is no answer.
    """
    on_terminal = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    _show_any_character()
    if hint:
        _note(TOKEN_HINT)
    model = _Model(citegram)
    try:
        if on_terminal:
            citegram.keep_index()
            model.load_in_background()
        _converse(citegram, model, _typed_lines() if on_terminal else _piped_lines())
    except BrokenPipeError:
        # Nobody reads any more. What is still buffered must not be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


class _Model:
    """The embedding model's loading: in the background or when it is first needed."""

    def __init__(self, citegram: Answering) -> None:
        self._citegram = citegram
        self._thread: threading.Thread | None = None
        self._error: CitegramError | None = None
        self._loaded = False

    def load_in_background(self) -> None:
        _note(LOADING)
        self._thread = threading.Thread(target=self._load, name="load-model")
        self._thread.start()

    def wait(self) -> None:
        """Return when the model is there, or when there is nothing yet to answer from.

        Raises:
            CitegramError: it cannot be loaded.
        """
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


def _converse(citegram: Answering, model: _Model, lines: Iterator[str]) -> None:
    with asyncio.Runner() as runner:
        for line in lines:
            text = line.strip()
            if text.lower() in FAREWELLS:
                return
            question = text.removeprefix("/ask ").strip()
            if question.startswith("/"):
                _say(_command(citegram, question))
            elif question:
                model.wait()
                _say(runner.run(citegram.answer(Question(question))).text)


def _command(citegram: Answering, text: str) -> str:
    name = text.split()[0].lower()
    if name == "/start":
        return "\n\n".join(message.plain for message in welcome(citegram.describe()))
    if name == "/help":
        return "\n\n".join(message.plain for message in help_text())
    return UNKNOWN_COMMAND


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


def _say(text: str) -> None:
    sys.stdout.write(text.rstrip("\n") + "\n\n")
    sys.stdout.flush()


def _note(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _show_any_character() -> None:
    """Let no letter that the terminal's encoding lacks, nor a broken byte that comes in, end the conversation."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")

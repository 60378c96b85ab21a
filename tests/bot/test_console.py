"""The conversation on a terminal and through a pipe, as a process over a core that needs no model."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bot.running import clean_environment
from tests.telegram.double import TOKEN

COMMAND = [sys.executable, "-m", "tests.bot.fake_core_bot"]
WITH_A_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # Ctrl-C goes to the process whose controlling terminal it is
os.execv(sys.argv[1], sys.argv[1:])
"""


def environment(**more: str) -> dict[str, str]:
    return {**clean_environment(), **more}


def converse(cwd: Path, questions: bytes, *arguments: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments],
        input=questions,
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        timeout=30,
        check=False,
    )


def test_a_pipe_is_answered_line_by_line_without_a_prompt(tmp_path: Path) -> None:
    done = converse(tmp_path, "Why?\n\n   \nПочему?\r\nlast".encode())
    assert done.returncode == 0
    assert done.stdout.decode() == "You asked: Why?\n\nYou asked: Почему?\n\nYou asked: last\n\n"


def test_one_line_says_how_to_get_a_token(tmp_path: Path) -> None:
    done = converse(tmp_path, b"Why?\n")
    hint, loading = done.stderr.decode().splitlines()
    assert "@BotFather" in hint
    assert "TELEGRAM_BOT_TOKEN" in hint
    assert loading == "Loading the language model; the first answer takes some seconds."


def test_with_a_token_the_console_comes_only_when_asked_for(tmp_path: Path) -> None:
    done = converse(tmp_path, b"Why?\n", "--console", TELEGRAM_BOT_TOKEN=TOKEN)
    assert done.returncode == 0
    assert done.stdout == b"You asked: Why?\n\n"
    assert b"BotFather" not in done.stderr


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("/start", "I know 3 articles from Harbour Post", id="start"),
        pytest.param("/help", "Type a question in your own words", id="help"),
        pytest.param("/ask Why?", "You asked: Why?", id="ask"),
        pytest.param("/strat", "Did you mean /start?", id="typo"),
        pytest.param("\ufeffWhy?", "You asked: Why?", id="byte order mark"),
    ],
)
def test_commands_work_as_in_telegram(tmp_path: Path, typed: str, expected: str) -> None:
    assert expected in converse(tmp_path, typed.encode()).stdout.decode()


@pytest.mark.parametrize("farewell", ["exit", "QUIT", "/quit"])
def test_nothing_is_answered_after_a_farewell(tmp_path: Path, farewell: str) -> None:
    done = converse(tmp_path, f"Why?\n{farewell}\nWho?\n".encode())
    assert (done.returncode, done.stdout) == (0, b"You asked: Why?\n\n")


def test_bytes_that_are_no_text_are_asked_as_replacement_characters(tmp_path: Path) -> None:
    done = converse(tmp_path, b"Wh\xff\xfe\x00y?\nWho?\n")
    assert done.returncode == 0
    assert done.stdout.decode().startswith("You asked: Wh\ufffd\ufffd\x00y?\n\nYou asked: Who?")


def test_letters_that_the_terminal_lacks_are_replaced(tmp_path: Path) -> None:
    done = converse(tmp_path, "Почему 👍?\n".encode(), PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (0, b"You asked: ?????? ??\n\n")


def test_no_questions_at_all_are_no_error(tmp_path: Path) -> None:
    done = converse(tmp_path, b"", FAKE_LOADING_SECONDS="20")
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_model_that_cannot_be_loaded_is_one_sentence(tmp_path: Path) -> None:
    done = converse(tmp_path, b"Why?\n", FAKE_LOADING_SECONDS="-1")
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1] == "CITEGRAM_EMBEDDING_MODEL names no model."
    assert b"Traceback" not in done.stderr


def test_a_reader_who_goes_away_ends_the_conversation_quietly(tmp_path: Path) -> None:
    process = subprocess.Popen(
        COMMAND, cwd=tmp_path, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"Why?\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"You asked: Why?\n"
    process.stdout.close()
    process.stdin.write(b"Who?\n" * 10)
    process.stdin.close()
    assert process.wait(30) == 0
    assert process.stderr is not None
    with process.stderr as stderr:
        assert b"Error" not in stderr.read()


def test_every_answer_comes_before_the_next_question_is_asked(tmp_path: Path) -> None:
    with subprocess.Popen(
        COMMAND,
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for question in (b"first", b"second"):
            process.stdin.write(question + b"\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"You asked: " + question + b"\n"
            assert process.stdout.readline() == b"\n"
        process.stdin.close()
        assert process.wait(30) == 0


class Terminal:
    """A terminal with the console on it."""

    def __init__(self, cwd: Path, **more: str) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", WITH_A_TERMINAL, *COMMAND], cwd=cwd, env=environment(TERM="dumb", **more),
            stdin=slave, stdout=slave, stderr=slave,
        )  # fmt: skip
        os.close(slave)
        self.screen = ""

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def wait_for(self, text: str, timeout: float = 20.0) -> None:
        """Return when `text` is on the screen, and clear the screen up to its end."""
        end = time.monotonic() + timeout
        while text not in self.screen:
            ready, _, _ = select.select([self._master], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"no {text!r} on the screen: {self.screen!r}"
            self.screen += os.read(self._master, 4096).decode(errors="replace")
        self.screen = self.screen.partition(text)[2]

    def close(self) -> None:
        """Take the terminal away."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)


@contextmanager
def terminal(cwd: Path, **more: str) -> Iterator[Terminal]:
    screen = Terminal(cwd, **more)
    try:
        yield screen
    finally:
        screen.close()


def test_a_terminal_has_a_prompt_while_the_model_is_still_loading(tmp_path: Path) -> None:
    with terminal(tmp_path, FAKE_LOADING_SECONDS="2") as screen:
        began = time.monotonic()
        screen.wait_for("@BotFather")
        screen.wait_for("Loading the language model")
        screen.wait_for("> ")
        screen.type("Why?\n")
        screen.wait_for("You asked: Why?")
        assert time.monotonic() - began >= 1.9
        screen.wait_for("> ")
        screen.type("exit\n")
        assert screen.process.wait(20) == 0


@pytest.mark.parametrize(
    ("key", "code"), [pytest.param("\x04", 0, id="Ctrl-D"), pytest.param("\x03", 130, id="Ctrl-C")]
)
def test_a_terminal_is_left_without_a_traceback(tmp_path: Path, key: str, code: int) -> None:
    with terminal(tmp_path) as screen:
        screen.wait_for("> ")
        time.sleep(0.3)  # the prompt is on the screen a moment before readline waits for keys
        screen.type(key)
        screen.wait_for("\n")
        assert screen.process.wait(20) == code
        assert "Traceback" not in screen.screen


def test_leaving_does_not_wait_for_the_model_to_load(tmp_path: Path) -> None:
    with terminal(tmp_path, FAKE_LOADING_SECONDS="60") as screen:
        screen.wait_for("> ")
        screen.type("exit\n")
        assert screen.process.wait(10) == 0


def test_ctrl_c_ends_an_answer_that_is_being_written_and_the_conversation_goes_on(tmp_path: Path) -> None:
    with terminal(tmp_path, FAKE_WRITER="openai") as screen:
        screen.wait_for("> ")
        screen.type("written pause 60 where is A lamp shone?\n")
        screen.wait_for("Writing from:")
        screen.type("\x03")
        screen.wait_for("Stopped.")
        screen.wait_for("> ")
        screen.type("Why?\n")
        screen.wait_for("You asked: Why?")
        screen.wait_for("> ")
        screen.type("exit\n")
        assert screen.process.wait(20) == 0


def test_sigterm_ends_a_waiting_console_with_exit_code_0(tmp_path: Path) -> None:
    with terminal(tmp_path) as screen:
        screen.wait_for("> ")
        time.sleep(0.3)  # the prompt is on the screen a moment before readline waits for keys
        screen.process.send_signal(signal.SIGTERM)
        assert screen.process.wait(20) == 0

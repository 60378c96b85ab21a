"""Running the bot for a test: in a thread of this process, or as the process that an operator starts."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.app import serve
from retrieval.settings import Settings
from tests.fakes import FakeCitegram
from tests.telegram.double import TOKEN, TelegramDouble

ROOT = Path(__file__).parents[2]
READER = 4001
OTHER_READER = 4002
MANY = 100_000
"""Questions a minute that no test gets to."""


def settings_for(double: TelegramDouble, **more: object) -> Settings:
    """Return settings that lead to the double and let everybody in."""
    values: dict[str, Any] = {
        "telegram_token": TOKEN,
        "telegram_api_url": double.url,
        "allowed_users": "*",
        "questions_per_minute": MANY,
        **more,
    }
    return Settings(**{"_env_file": None, **values})


@contextmanager
def bot_running(double: TelegramDouble, citegram: FakeCitegram | None = None, **more: object) -> Iterator[FakeCitegram]:
    """Run the real application in a thread; stop it cleanly at the end, and raise what it raised."""
    core = citegram or FakeCitegram()
    settings = settings_for(double, **{"data_dir": core.catalog.path.parent, **more})
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    failures: list[Exception] = []

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serve(settings, core, stop))
        except Exception as error:  # noqa: BLE001  # raised again in the test's own thread
            failures.append(error)

    thread = threading.Thread(target=run, name="bot")
    thread.start()
    try:
        yield core
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(30)
    assert not thread.is_alive()
    if failures:
        raise failures[0]


class BotProcess:
    """The bot as a process of its own, with everything that it writes."""

    def __init__(self, module: str, arguments: list[str], environment: dict[str, str], cwd: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**clean_environment(), **environment},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.output = ""
        self.exit_code: int | None = None

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def wait(self, timeout: float = 30.0) -> int:
        """Return the exit code once the process has ended; `output` holds what it wrote."""
        if self.exit_code is None:
            try:
                out, err = self._process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                self._process.kill()
                out, err = self._process.communicate()
                raise AssertionError(f"the bot did not end within {timeout} s: {err.decode()}") from None
            self.output = out.decode() + err.decode()
            self.exit_code = self._process.returncode
        return self.exit_code

    def kill(self) -> None:
        """End the process if a test has left it running."""
        if self.exit_code is None:
            self._process.kill()
            self.wait()


@contextmanager
def bot_process(
    double_url: str, cwd: Path, *arguments: str, module: str = "tests.bot.fake_core_bot", **environment: str
) -> Iterator[BotProcess]:
    """Start the bot as a process, by default over the fake core; kill it at the end if it still runs."""
    values = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": double_url,
        "CITEGRAM_ALLOWED_USERS": "*",
        "CITEGRAM_QUESTIONS_PER_MINUTE": str(MANY),
        "CITEGRAM_DATA_DIR": str(cwd / "data"),
        "TMPDIR": str(cwd),  # where the token is locked: other tests' bots have the same one
        **environment,
    }
    process = BotProcess(module, list(arguments), values, cwd)
    try:
        yield process
    finally:
        process.kill()


def clean_environment() -> dict[str, str]:
    """Return the environment without this project's settings, with the project to import from any directory."""
    ours = ("TELEGRAM_", "CITEGRAM_", "PYTHONUNBUFFERED")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONPATH": str(ROOT)}

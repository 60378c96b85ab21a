"""The bot as an operator runs it, started, stopped and killed over and over on one data directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.bot.running import MANY, ROOT, clean_environment
from tests.telegram.double import TOKEN

STOP_SECONDS = 20.0
"""How long a stop may take: ten for answers in flight, and some on a busy machine."""


class Serving:
    """One bot, of which at most one process runs at a time; all of them write to one log."""

    def __init__(self, directory: Path, api_url: str) -> None:
        self.data_dir = directory / "data"
        self.log = directory / "bot.log"
        self._directory = directory
        self._environment = {
            **clean_environment(),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api_url,
            "CITEGRAM_ALLOWED_USERS": "*",
            "CITEGRAM_QUESTIONS_PER_MINUTE": str(MANY),
            "CITEGRAM_DATA_DIR": str(self.data_dir),
            "TMPDIR": str(directory),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Return the process id of the bot that runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Return how the last process ended, None while it runs."""
        assert self._process is not None
        return self._process.poll()

    def start(self) -> None:
        """Start the bot."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.numbered_core"],
                env=self._environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> float:
        """Stop the bot as systemd does, and return the seconds that it took.

        Raises:
            AssertionError: it did not end in time, or not with exit code 0.
        """
        assert self._process is not None
        begun = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the bot did not stop within {STOP_SECONDS} s") from None
        assert code == 0, f"the bot ended with {code}"
        return time.monotonic() - begun

    def kill(self) -> None:
        """Kill the bot with -9, if it runs."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

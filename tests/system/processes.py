"""The commands as processes of their own: started, read line by line, stopped and killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil
import pytest

from retrieval.chroma_process import runs
from tests.retrieval.chroma_doubles import servers_below

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 5.0
"""How long any command may take to end after a signal."""
FRESH_SECONDS = 5.0
"""How long after its acknowledgement an article may be missing from the answers of another process."""
_LONGEST_SECONDS = 120.0  # to load the model takes 5, and half a minute on a busy machine


class Stream:
    """The lines that a process has written so far, with the moment each one came."""

    def __init__(self, pipe: IO[str]) -> None:
        self._lines: list[tuple[float, str]] = []
        self._more = threading.Condition()
        self._ended = False
        self._pipe = pipe
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for line in self._pipe:
            with self._more:
                self._lines.append((time.monotonic(), line.rstrip("\n")))
                self._more.notify_all()
        with self._more:
            self._ended = True
            self._more.notify_all()

    @property
    def lines(self) -> list[str]:
        with self._more:
            return [line for _, line in self._lines]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait(self, pattern: str, seconds: float = _LONGEST_SECONDS, *, skip: int = 0) -> tuple[float, str]:
        """Return the moment and the text of the first line after `skip` that a pattern is found in."""
        deadline = time.monotonic() + seconds
        with self._more:
            while True:
                for at, line in self._lines[skip:]:
                    if re.search(pattern, line):
                        return at, line
                assert not self._ended, f"the process ended without {pattern!r}: {self._lines}"
                left = deadline - time.monotonic()
                assert left > 0, f"no {pattern!r} within {seconds} s: {self._lines}"
                self._more.wait(left)

    def close(self) -> None:
        self._thread.join(10)
        self._pipe.close()


class Command:
    """A command that runs beside the test; at the end of the `with` it is killed if it still runs."""

    def __init__(self, module: str, *arguments: str | Path, data_dir: Path, **settings: str) -> None:
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            bufsize=1,
            cwd=_working_directory(data_dir),
            env=environment(data_dir, **settings),
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.out = Stream(self._process.stdout)
        self.err = Stream(self._process.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self.out.close()
        self.err.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def finish_input(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def kill(self) -> None:
        """End the process as a power cut would, by SIGKILL."""
        self._process.kill()
        self._process.wait()

    def wait(self, seconds: float = _LONGEST_SECONDS) -> int:
        """Return the exit code."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end within {seconds} s: {self.err.lines}") from None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code, after making sure that it ended in time and without a traceback."""
        self._process.send_signal(number)
        code = self.wait(STOP_SECONDS)
        self.err.close()
        assert "Traceback" not in self.err.text
        return code


class Asking(Command):
    """`ask --batch -`, kept open: one question after the other."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        super().__init__("retrieval", "--batch", "-", data_dir=data_dir, **settings)
        self._asked = 0

    def ask(self, question: str, seconds: float = _LONGEST_SECONDS) -> dict[str, Any]:
        """Return the answer, the object of the contract, to a question."""
        self._asked += 1
        before = len(self.out.lines)
        self.write(json.dumps({"id": self._asked, "question": question}))
        _, line = self.out.wait("", seconds, skip=before)
        answer: dict[str, Any] = json.loads(line)
        assert answer["id"] == self._asked
        return answer

    def ask_until(
        self, question: str, wanted: Callable[[dict[str, Any]], bool], seconds: float, *, since: float | None = None
    ) -> float:
        """Ask again and again until an answer is as wanted; return the seconds that took since a moment, or now."""
        begun = time.monotonic() if since is None else since
        while not wanted(answer := self.ask(question)):
            assert time.monotonic() - begun < seconds, f"not within {seconds} s: {answer}"
            time.sleep(0.1)
        return time.monotonic() - begun


class Ingesting(Command):
    """`ingest PATH`: reports each article once it is safe."""

    def __init__(self, data_dir: Path, *arguments: str | Path, **settings: str) -> None:
        super().__init__("ingest", *arguments, data_dir=data_dir, **settings)

    def wait_until_encoding(self) -> None:
        """Return once the model is in memory; what comes first then is to encode."""
        self.err.wait("loading the embedding model")
        deadline = time.monotonic() + _LONGEST_SECONDS
        while "model.safetensors" not in Path(f"/proc/{self.pid}/maps").read_text():
            assert time.monotonic() < deadline, "the model was not loaded"
            time.sleep(0.02)

    def reported(self) -> list[int]:
        """Return the lines, by number from 0, of the one file of articles that were reported as safe."""
        found = (re.search(r":(\d+): (?:new|updated|unchanged)\b", line) for line in self.err.lines)
        return [int(match[1]) - 1 for match in found if match]


def run(
    module: str, *arguments: str | Path, data_dir: Path, stdin: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=_LONGEST_SECONDS,
        check=False,
        cwd=_working_directory(data_dir),
        env=environment(data_dir, **settings),
    )


def run_well(module: str, *arguments: str | Path, data_dir: Path, **settings: str) -> str:
    """Run a command that has to succeed, and return its standard output."""
    done = run(module, *arguments, data_dir=data_dir, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_here(main: Callable[[list[str]], int], *arguments: str | Path, data_dir: Path, **settings: str) -> int:
    """Run a command's main function in this process, where to load a model takes no seconds; return the exit code."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment(data_dir, **settings).items():
                patch.setenv(name, value)
            return main([str(argument) for argument in arguments])
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def server_of(data_dir: Path) -> psutil.Process:
    """Return the one Chroma server of a data directory."""
    (server,) = servers_below(data_dir)
    return server


def wait_for_server(data_dir: Path, *, other_than: int | None = None, seconds: float = 20.0) -> psutil.Process:
    """Return the one server of a data directory once there is one, which is not the process `other_than`."""
    deadline = time.monotonic() + seconds
    while True:
        found = [server for server in servers_below(data_dir) if runs(server) and server.pid != other_than]
        if len(found) == 1:
            return found[0]
        assert time.monotonic() < deadline, f"there is not one server within {seconds} s but {found}"
        time.sleep(0.05)


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Return this process's environment with these settings in the place of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TELEGRAM_", "CITEGRAM_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "CITEGRAM_DATA_DIR": str(data_dir), **settings}


def _working_directory(data_dir: Path) -> Path:
    """Return a directory without a `.env`."""
    return data_dir if data_dir.is_dir() else data_dir.parent

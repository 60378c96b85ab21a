"""One bot for a data directory and one for a token: a second one does not start, and says why."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import filelock

from retrieval.errors import CitegramError


@contextmanager
def only_instance(data_dir: Path, token: str) -> Iterator[None]:
    """Be the only bot on a data directory and, among the processes of this user on this machine, with a token.

    The locks go with the process, however it ends. The token itself is in no file and no message.

    Raises:
        CitegramError: another bot is running, or a lock cannot be made.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CitegramError(
            f"The data directory {data_dir} cannot be used ({error}); check CITEGRAM_DATA_DIR."
        ) from error
    mine = data_dir / "bot.lock"
    theirs = _own_directory() / f"{sha256(token.encode()).hexdigest()}.lock"
    with (
        _held(mine, f"on {data_dir}", "stop it first, or set another CITEGRAM_DATA_DIR"),
        _held(theirs, "with this TELEGRAM_BOT_TOKEN", "stop it first, or get a token of its own from @BotFather"),
    ):
        yield


@contextmanager
def _held(path: Path, what: str, advice: str) -> Iterator[None]:
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise CitegramError(f"Another bot is running {what} {_holder(path)}: {advice}.") from None
    except OSError as error:
        raise CitegramError(f"The file {path} cannot be locked ({error}); check its rights.") from error
    try:
        _write_holder(path)
        yield
    finally:
        lock.release()


def _write_holder(path: Path) -> None:
    holder = {"since": datetime.now().astimezone().isoformat(timespec="seconds"), "process": os.getpid()}
    try:
        path.with_suffix(".json").write_text(json.dumps(holder), encoding="utf-8")
    except OSError as error:
        raise CitegramError(f"{path.with_suffix('.json')} cannot be written ({error}).") from error


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return f"since {holder['since']}, process {holder['process']}"
    except (OSError, ValueError, KeyError, TypeError):  # it has the lock and is about to write who it is
        return "since a moment ago"


def _own_directory() -> Path:
    """Return a directory for locks that nobody else can put files into, the same for all of this user's processes."""
    directory = Path(tempfile.gettempdir()) / f"citegram-{os.getuid()}"
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise CitegramError(f"{directory} belongs to somebody else: remove it, or set another TMPDIR.")
        directory.chmod(0o700)
    except OSError as error:
        raise CitegramError(f"{directory} cannot be used ({error}): remove it, or set another TMPDIR.") from error
    return directory

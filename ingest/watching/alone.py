"""One watch or refresh of a data directory at a time, with a word on who is at it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import filelock

from retrieval.errors import BusyError, CatalogError

_LOCK, _HOLDER = "watch.lock", "watch.json"


@contextmanager
def alone(data_dir: Path, *, wait: bool) -> Iterator[None]:
    """Be the only process that reads sources; the lock goes with the process, however it ends.

    It is another one than that of writing, so that other commands work beside a watch.

    Raises:
        BusyError: another process is at it, and `wait` is false.
        CatalogError: the data directory cannot be written.
    """
    lock = filelock.FileLock(data_dir / _LOCK)
    try:
        lock.acquire(timeout=-1 if wait else 0)
        _write_holder(data_dir)
    except filelock.Timeout:
        raise BusyError(
            f"Another watch or refresh of this data directory is running {_holder(data_dir)}; end it, or let it do the "
            "work, or add --wait to a refresh."
        ) from None
    except OSError as error:
        lock.release()
        raise CatalogError(
            f"The data directory {data_dir} cannot be written ({error}); check CITEGRAM_DATA_DIR."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _write_holder(data_dir: Path) -> None:
    holder = {"since": datetime.now().astimezone().isoformat(timespec="seconds"), "process": os.getpid()}
    (data_dir / _HOLDER).write_text(json.dumps(holder), encoding="utf-8")


def _holder(data_dir: Path) -> str:
    try:
        holder = json.loads((data_dir / _HOLDER).read_text(encoding="utf-8"))
        return f"since {holder['since']}, process {holder['process']}"
    except (OSError, ValueError, KeyError, TypeError):  # it has the lock and is about to write who it is
        return "since a moment ago"

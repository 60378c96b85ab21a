"""One writer at a time: a lock on the data directory, with a word on who holds it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import filelock

from retrieval.errors import BusyError, CatalogError


@contextmanager
def writing(data_dir: Path, *, wait: bool) -> Iterator[None]:
    """Be the only process that changes the catalogue's articles; the lock goes with the process, however it ends.

    Raises:
        BusyError: another process is at it, and `wait` is false.
        CatalogError: the data directory cannot be written.
    """
    lock = filelock.FileLock(data_dir / "ingest.lock")
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=-1 if wait else 0)
        _write_holder(data_dir)
    except filelock.Timeout:
        raise BusyError(f"Another ingest is running {_holder(data_dir)}; try again later, or add --wait.") from None
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
    (data_dir / "ingest.json").write_text(json.dumps(holder), encoding="utf-8")


def _holder(data_dir: Path) -> str:
    try:
        holder = json.loads((data_dir / "ingest.json").read_text(encoding="utf-8"))
        return f"since {holder['since']}, process {holder['process']}"
    except (OSError, ValueError, KeyError, TypeError):  # it has the lock and is about to write who it is
        return "since a moment ago"

"""One at a time: locks on the data directory, with a word on who holds them."""

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
    with _held(data_dir, "ingest", "Another ingest is running {}; try again later, or add --wait.", wait):
        yield


@contextmanager
def watching(data_dir: Path, *, wait: bool) -> Iterator[None]:
    """Be the only process that reads sources for a data directory; others can write to it meanwhile.

    Raises:
        BusyError: another process is at it, and `wait` is false.
        CatalogError: the data directory cannot be written.
    """
    busy = (
        "Another watch or refresh of this data directory is running {}; end it, or let it do the work, or add --wait to "
        "a refresh."
    )
    with _held(data_dir, "watch", busy, wait):
        yield


@contextmanager
def _held(data_dir: Path, name: str, busy: str, wait: bool) -> Iterator[None]:
    lock = filelock.FileLock(data_dir / f"{name}.lock")
    holder = data_dir / f"{name}.json"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=-1 if wait else 0)
        _write_holder(holder)
    except filelock.Timeout:
        raise BusyError(busy.format(_told(holder))) from None
    except OSError as error:
        lock.release()
        raise CatalogError(
            f"The data directory {data_dir} cannot be written ({error}); check CITEGRAM_DATA_DIR."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _write_holder(path: Path) -> None:
    holder = {"since": datetime.now().astimezone().isoformat(timespec="seconds"), "process": os.getpid()}
    path.write_text(json.dumps(holder), encoding="utf-8")


def _told(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"since {holder['since']}, process {holder['process']}"
    except (OSError, ValueError, KeyError, TypeError):  # it has the lock and is about to write who it is
        return "since a moment ago"

"""A data directory for one benchmark, whatever the shell's own settings are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def data_directory(folder: Path) -> Iterator[None]:
    """Let CITEGRAM_DATA_DIR be `folder`, and no other setting be set."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("CITEGRAM_", "TELEGRAM_"))}
    for name in kept:
        del os.environ[name]
    os.environ["CITEGRAM_DATA_DIR"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("CITEGRAM_DATA_DIR")
        os.environ.update(kept)

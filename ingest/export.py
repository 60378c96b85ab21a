"""All articles as JSON Lines that ingest reads back to the very same articles."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

from ingest.sources.jsonl import article_to_record
from retrieval.catalog import Catalog
from retrieval.errors import CitegramError


def export_articles(catalog: Catalog, target: str) -> int:
    """Write every article to a file, or to standard output for `-`, ordered by id; return how many.

    A file is put in place whole: an export that is cut short leaves the older one.

    Raises:
        CitegramError: the file cannot be written.
    """
    if target == "-":
        return _write(catalog, sys.stdout.buffer)
    path = Path(os.path.realpath(target))
    try:
        if path.exists() and not path.is_file():  # a pipe or a device: it must not be replaced
            with path.open("wb") as special:
                return _write(catalog, special)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                count = _write(catalog, cast(BinaryIO, file))
                file.flush()
                os.fsync(file.fileno())
                os.chmod(file.name, 0o644)
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise CitegramError(f"{target} cannot be written ({error.strerror}); name another file.") from error
    return count


def _write(catalog: Catalog, file: BinaryIO) -> int:
    count = 0
    for stored in catalog.articles():
        file.write(json.dumps(article_to_record(stored.article), ensure_ascii=False).encode() + b"\n")
        count += 1
    return count

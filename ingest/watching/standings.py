"""How each source of a configuration stands, as `citegram-ingest sources` tells it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ingest.watching.report import moment
from ingest.watching.sources import Config
from ingest.watching.state import State


def standings(config: Config, data_dir: Path, catalogue: str) -> Iterator[dict[str, Any]]:
    """Yield an object for each source; nothing is written, also where nothing is remembered yet."""
    with closing(State.copy_of(data_dir, catalogue)) as state:
        state.know(config.sources, config.path)
        for source in config.sources:
            standing = state.standing(source)
            counts = state.counts(standing.number)
            yield {
                "name": source.name, "kind": source.kind, "items": counts.items, "articles": counts.articles,
                "gone": counts.gone, "failing": counts.failing, "last_success": moment(standing.last_success),
                "last_try": moment(standing.last_try), "failures": standing.failures, "error": standing.error or None,
                "next": moment(standing.next_due),
            }  # fmt: skip

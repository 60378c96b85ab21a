"""Conversations held with the real bot: the real application and core on the sample articles, Telegram's double."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ingest.pipeline import Pipeline
from ingest.sources.walk import read_articles
from retrieval.bootstrap import Citegram, open_index
from retrieval.catalog import Catalog
from retrieval.encoder import Encoder
from retrieval.settings import Settings
from tests.bot.running import bot_running
from tests.telegram.double import TelegramDouble
from tests.transcript import markdown

SAMPLES = Path(__file__).parents[2] / "ingest" / "samples"
FIRST_READER = 4001
MINUTE = 60.0
NOBODY_THERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Tap:
    """A button of the last answer that is tapped."""

    label: str


Step = str | Tap
Scene = Sequence[Step]
"""What one person does, step by step; each is answered by one message."""

SHORT: Sequence[Scene] = (("How heavy is the oven?", "how much rent does the bakery pay"),)
LONG: Sequence[Scene] = (
    (
        "/start",
        "How many passengers can the ferry to Ennoway carry?",
        Tap("Context"),
    ),
    ("What is a tollman?", "When did the shop stop making it?", "how much rent does the bakery pay"),
    (
        "/focus Tideline & Hedgerow",
        "What does the new moth's caterpillar eat?",
        Tap("Sources"),
        "/unfocus",
    ),
    ("/quote false alarms", "/sources 2025-02"),
)


class ExactCore(Citegram):
    """The real core without a server for its index: it searches all vectors, as it does while Chroma is away.

    So a transcript does not depend on whether the index is ready yet.
    """

    def keep_index(self) -> None:
        """Leave the index alone."""


def fill(data_dir: Path, encoder: Encoder) -> None:
    """Ingest the sample articles."""
    with closing(Catalog.in_directory(data_dir)) as catalog:
        for _ in Pipeline(catalog, encoder, on_loading=lambda: None).run(read_articles([str(SAMPLES)], print)):
            pass


def played(scenes: Sequence[Scene], articles: Path, encoder: Encoder) -> str:
    """Hold conversations about the articles of a data directory, each with another person; return them as Markdown."""
    with TelegramDouble() as double, TemporaryDirectory() as own, _core(articles, encoder) as core:
        with bot_running(double, core, data_dir=Path(own)):
            turns = [
                turn for reader, scene in enumerate(scenes, FIRST_READER) for turn in _turns(double, reader, scene)
            ]
        if double.violations:
            raise RuntimeError(f"Telegram objects: {double.violations}")
    return "\n\n".join(turns)


@contextmanager
def _core(articles: Path, encoder: Encoder) -> Iterator[Any]:
    catalog = Catalog.in_directory(articles)
    values: dict[str, Any] = {"_env_file": None, "data_dir": articles, "chroma_url": NOBODY_THERE}
    settings = Settings(**values)
    with ExactCore(catalog, encoder, open_index(settings, catalog)) as core:
        yield core


def _turns(double: TelegramDouble, reader: int, scene: Scene) -> Iterator[str]:
    for step in scene:
        before = double.messages(reader)
        if isinstance(step, Tap):
            done = markdown.tapped(step.label)
            double.press(reader, reader, before[-1].message_id, before[-1].data(step.label))
        else:
            done = markdown.written(step)
            double.send_text(reader, step)
        yield done + markdown.said(double.wait_for_messages(reader, len(before) + 1, timeout=MINUTE)[-1])

"""Articles with one fact each, made by number: what a test ingests, asks for, and knows again in an answer."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.pipeline import Pipeline
from ingest.sources.walk import read_articles
from retrieval.catalog import Catalog
from retrieval.encoder import Encoder
from tests.building import write_jsonl

_BEGINNINGS = ("Bral", "Corv", "Dunst", "Elgar", "Fenn", "Grist", "Holm", "Issel", "Jarr", "Kest", "Lorn", "Mard")
_MIDDLES = ("a", "e", "i", "o", "u")
_ENDS = ("by", "dale", "ford", "gate", "ham", "mouth", "ness", "stead", "thorpe", "vale", "wick")
_PLACES = [begin + middle + end for begin in _BEGINNINGS for middle in _MIDDLES for end in _ENDS]

FACTS = len(_PLACES)
"""How many there are at most."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One article: a lantern fair in a town of its own."""

    number: int

    @property
    def article_id(self) -> str:
        return f"fact-{self.number:04}"

    @property
    def place(self) -> str:
        return _PLACES[self.number]

    @property
    def phrase(self) -> str:
        """Return words that stand in this article alone."""
        return f"{self.place} cost {self.number + 1000} crowns"

    @property
    def question(self) -> str:
        return f"How much did the lantern fair of {self.place} cost?"

    @property
    def text(self) -> str:
        return (
            f"The lantern fair of {self.phrase} this year. The council of {self.place} paid for it out of the harbour "
            "dues. Lanterns hung from the old rope walk to the quay, and the ferries ran until midnight. "
            f"The mayor of {self.place} said that the fair would be held again."
        )

    def record(self) -> dict[str, Any]:
        """Return the article as a line of a JSON Lines file."""
        return {"id": self.article_id, "title": f"The lantern fair of {self.place}", "text": self.text}

    def is_in(self, answer: dict[str, Any]) -> bool:
        """Tell whether an answer quotes the fact."""
        return answer["status"] == "answered" and any(self.phrase in quote["text"] for quote in answer["quotes"])


def fact_of(article_id: str) -> Fact:
    """Return the fact that an article holds."""
    return Fact(int(article_id.removeprefix("fact-")))


def facts(first: int, count: int) -> list[Fact]:
    """Return `count` facts from number `first` on."""
    return [Fact(number) for number in range(first, first + count)]


def write_facts(path: Path, some: Iterable[Fact]) -> Path:
    """Write the articles of facts as JSON Lines, one fact a line."""
    return write_jsonl(path, *(fact.record() for fact in some))


def ingest_here(data_dir: Path, encoder: Encoder, *paths: Path) -> None:
    """Ingest with the real pipeline but in this process, whose model is loaded; the index is left behind."""
    problems: list[object] = []
    with closing(Catalog.in_directory(data_dir)) as catalog:
        pipeline = Pipeline(catalog, encoder, on_loading=lambda: None)
        done = list(pipeline.run(read_articles([str(path) for path in paths], problems.append)))
    assert problems == []
    assert {item.kind for item in done} <= {"new", "updated"}

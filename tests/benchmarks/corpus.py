"""Articles for benchmarks, made of the sample articles' sentences: as many as wanted, the same ones each time."""

from __future__ import annotations

import json
import random
from pathlib import Path

from ingest.sentences import sentences
from ingest.sources.walk import read_articles

SAMPLES = Path(__file__).parents[2] / "ingest" / "samples"
_SENTENCES = 24
_A_PARAGRAPH = 4


def write_corpus(path: Path, articles: int, seed: int = 7) -> None:
    """Write a JSON Lines file of `articles` articles of some 450 words each."""
    drafts = list(read_articles([str(SAMPLES)], lambda problem: None))
    english = [draft.article for draft in drafts if draft.article.language == "en"]
    pool = [a.text[s.start : s.end] for a in english for s in sentences(a.text, "en") if s.end - s.start > 40]
    chooser = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for n in range(articles):
            chosen = chooser.sample(pool, _SENTENCES)
            paragraphs = [" ".join(chosen[i : i + _A_PARAGRAPH]) for i in range(0, _SENTENCES, _A_PARAGRAPH)]
            record = {"id": f"bench-{n}", "title": chosen[0][:60], "text": "\n\n".join(paragraphs), "language": "en"}
            file.write(json.dumps(record) + "\n")

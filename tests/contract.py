"""The contract of `ask --json`, as one check that every answer in every test can be put to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from retrieval.catalog import Catalog
from retrieval.models import MOST_QUOTES, Span
from retrieval.writing.written import MOST_QUOTED

FIELDS = {
    "id", "status", "mode", "text", "question", "quotes", "claims", "passages", "sentences", "nearest", "period",
    "choices", "notices", "confidence", "timings", "error",
}  # fmt: skip
LOCATION = {
    "text", "article_id", "title", "url", "source", "author", "published", "start", "end", "score", "version", "page",
    "last_page", "published_guessed", "gone_since",
}  # fmt: skip
STATUSES = {"answered", "not_found", "clarify", "chat", "error"}
SEARCHED = {"answered", "not_found", "clarify"}
LISTED = 10
LONGEST_SENTENCE = 600
MOST_PIECES = 256

CountPieces = Callable[[Sequence[str]], list[int]]


def check_answer(
    answer: Mapping[str, Any], catalog: Catalog, count_pieces: CountPieces, *, most_quotes: int = MOST_QUOTES
) -> None:
    """Fail when an answer breaks the contract, judged by what the catalogue holds now."""
    assert json.loads(json.dumps(answer)) == answer, "plain JSON"
    assert answer.keys() >= FIELDS
    assert answer["status"] in STATUSES
    assert answer["mode"] in {"quotes", "written"}
    for name in ("text", "question"):
        assert isinstance(answer[name], str)
    for name in ("quotes", "claims", "passages", "sentences", "nearest", "choices", "notices"):
        assert isinstance(answer[name], list), name
    assert isinstance(answer["id"], str | int | None)
    assert type(answer["confidence"]) is float
    assert 0 <= answer["confidence"] <= 1
    assert answer["timings"]["total"] >= 0
    assert all(type(milliseconds) is float and milliseconds >= 0 for milliseconds in answer["timings"].values())
    assert (answer["error"] is not None) == (answer["status"] == "error")
    _check_places(answer, catalog)
    _check_lists(answer, catalog, count_pieces, most_quotes)
    assert answer["period"].keys() == {"from", "to"}
    assert all(day is None or len(day) <= 10 for day in answer["period"].values())
    assert all(near.keys() >= {"article_id", "title", "published"} for near in answer["nearest"])


def _check_places(answer: Mapping[str, Any], catalog: Catalog) -> None:
    for name in ("quotes", "passages", "sentences"):
        for place in answer[name]:
            assert place.keys() >= LOCATION
            stored = catalog.article(place["article_id"])
            assert stored is not None
            article = stored.article
            assert type(place["start"]) is type(place["end"]) is int
            assert place["text"] == article.text[place["start"] : place["end"]] != ""
            for field in ("title", "url", "source", "author", "published"):
                assert place[field] == getattr(article, field)
            assert type(place["score"]) is float
            pages = article.pages_of(Span(place["start"], place["end"])) or (None, None)
            assert (place["page"], place["last_page"]) == pages
            assert (place["published_guessed"], place["gone_since"]) == (article.published_guessed, article.gone_since)


def _check_lists(answer: Mapping[str, Any], catalog: Catalog, count_pieces: CountPieces, most_quotes: int) -> None:
    assert bool(answer["quotes"]) == (answer["status"] == "answered")
    assert [quote["n"] for quote in answer["quotes"]] == list(range(1, len(answer["quotes"]) + 1))
    assert len(answer["quotes"]) <= (most_quotes if answer["mode"] == "quotes" else MOST_QUOTED)
    assert bool(answer["claims"]) == (answer["mode"] == "written")
    for claim in answer["claims"]:
        assert claim.keys() == {"text", "quotes", "supported"}
        assert claim["quotes"], "every sentence names its quotes"
        assert set(claim["quotes"]) <= {quote["n"] for quote in answer["quotes"]}
    passages, sentences = answer["passages"], answer["sentences"]
    for places in (passages, sentences):
        assert all(better["score"] >= worse["score"] for better, worse in pairwise(places)), "best first"
    if answer["status"] in SEARCHED:
        with catalog.snapshot() as snapshot:
            some = snapshot.passage_sentences(sorted(catalog.passage_ids())[:LISTED])
        assert len(passages) == len(some), "the first ten, or all there are"
        assert len(sentences) == min(LISTED, sum(len(passage.sentences) for passage in some))
    in_order = sorted(passages, key=lambda place: (place["article_id"], place["start"]))
    assert all(a["article_id"] != b["article_id"] or a["end"] <= b["start"] for a, b in pairwise(in_order)), "overlap"
    assert all(n <= MOST_PIECES for n in count_pieces([place["text"] for place in passages]))
    assert all(len(place["text"]) <= LONGEST_SENTENCE for place in sentences)

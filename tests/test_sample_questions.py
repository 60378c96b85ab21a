"""The demo corpus and the questions about it: complete, well-formed, and every quote of evidence literal."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

TESTS = Path(__file__).parent
SAMPLES = TESTS.parent / "ingest" / "samples"
QUESTIONS = TESTS / "data" / "questions.jsonl"

ARTICLE_KEYS = {"title", "note", "author", "source", "url", "published", "language"}
QUESTION_KEYS = {
    "id",
    "question",
    "answers",
    "article_ids",
    "evidence",
    "answerable",
    "expected",
    "language",
    "history",
    "kind",
}
ANSWERED_KINDS = {"fact", "paraphrase", "pair"}
UNANSWERED_KINDS = {"on-topic-unanswered", "off-topic"}

Article = tuple[dict[str, Any], str]


def _articles() -> dict[str, Article]:
    articles = {}
    for path in sorted(SAMPLES.glob("*.md")):
        _, front_matter, body = path.read_text("utf-8").split("---\n", 2)
        articles[path.stem] = (yaml.safe_load(front_matter), body.strip())
    return articles


def _questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]


ARTICLES = _articles()
BODIES: dict[str, str] = {str(meta["url"]): body for meta, body in ARTICLES.values()}
ITEMS = _questions()


@pytest.mark.parametrize("name", ARTICLES)
def test_article_is_complete(name: str) -> None:
    meta, body = ARTICLES[name]
    assert meta.keys() == ARTICLE_KEYS
    assert isinstance(meta["published"], date)
    assert all(isinstance(meta[key], str) and meta[key] for key in ARTICLE_KEYS - {"published"})
    assert meta["language"] in {"en", "de", "ru"}
    assert meta["url"].startswith("https://example.org/")
    assert meta["url"].endswith(f"/{name}")
    assert 200 <= len(body.split()) <= 600
    assert "Citegram" in meta["note"]  # that it is fiction: said of the article and not in it, or it would be quoted
    assert "Citegram" not in body


def test_corpus_is_varied() -> None:
    metas = [meta for meta, _ in ARTICLES.values()]
    dates = sorted(meta["published"] for meta in metas)
    assert len(metas) >= 24
    assert len(BODIES) == len(metas), "two articles share a url"
    assert (dates[-1] - dates[0]).days >= 548, "the dates span less than eighteen months"
    assert len({meta["source"] for meta in metas}) >= 5
    assert len({meta["language"] for meta in metas} - {"en"}) >= 2


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["id"]))
def test_question_is_sound(item: dict[str, Any]) -> None:
    assert item.keys() == QUESTION_KEYS
    assert item["question"].strip()
    assert item["history"] == []
    if not item["answerable"]:
        assert item["expected"] == "abstain"
        assert item["kind"] in UNANSWERED_KINDS
        assert item["answers"] == item["article_ids"] == item["evidence"] == []
        return

    assert item["expected"] == "answer"
    assert item["kind"] in ANSWERED_KINDS
    assert len(item["article_ids"]) == (2 if item["kind"] == "pair" else 1)
    assert item["answers"]
    assert item["evidence"]
    bodies = [BODIES[url] for url in item["article_ids"]]
    for quote in item["evidence"]:
        assert "\n" not in quote
        assert any(quote in body for body in bodies), f"not in the article: {quote}"
    for body in bodies:
        assert any(quote in body for quote in item["evidence"]), "an article without evidence"
    # Typographic apostrophes and capitals aside, an answer is spelt as in its evidence.
    evidence = "\n".join(item["evidence"]).replace("’", "'").casefold()
    for answer in item["answers"]:
        assert answer.replace("’", "'").casefold() in evidence, f"not in the evidence: {answer}"


def test_question_set_is_balanced() -> None:
    kinds = [item["kind"] for item in ITEMS]
    unanswerable = [item for item in ITEMS if not item["answerable"]]
    assert len({item["id"] for item in ITEMS}) == len(ITEMS)
    assert len({item["question"].casefold() for item in ITEMS}) == len(ITEMS)
    assert len(ITEMS) >= 100
    assert len(unanswerable) * 3 >= len(ITEMS)
    assert kinds.count("on-topic-unanswered") >= 15
    assert kinds.count("paraphrase") * 2 >= len(ITEMS) - len(unanswerable)
    asked = {url for item in ITEMS for url in item["article_ids"]}
    assert asked == BODIES.keys(), "an article that no question is about"

"""Answers as JSON objects: every field, in every answer."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from retrieval.models import Answer, Claim, Located, NearArticle, Period, Quote, Span

FIELDS = [
    "id", "status", "mode", "text", "question", "quotes", "claims", "passages", "sentences", "nearest", "period",
    "choices", "notices", "confidence", "timings", "error",
]  # fmt: skip
LOCATION = {
    "text", "article_id", "title", "url", "source", "author", "published", "start", "end", "score", "version", "page",
    "last_page", "published_guessed", "gone_since",
}  # fmt: skip


def test_every_field_of_the_contract_is_there_when_nothing_is_set() -> None:
    fields = Answer("error", "Sorry.", "Why?").as_json()
    assert list(fields) == FIELDS
    assert {name: fields[name] for name in ("id", "error")} == {"id": None, "error": None}
    for name in ("quotes", "claims", "passages", "sentences", "nearest", "choices", "notices"):
        assert list(fields[name]) == []
    assert fields["period"] == {"from": None, "to": None}
    assert fields["timings"] == {}
    assert fields["mode"] == "quotes"


def test_what_is_set_comes_through_json() -> None:
    remarks: dict[str, Any] = {"page": 4, "last_page": 5, "published_guessed": True, "gone_since": "2026-05-20"}
    place = Located("T", "a", "Title", "https://e.example", "S", "A", "2026-03-01", 3, 4, 0.5, 1, **remarks)
    answer = Answer(
        "answered",
        "T",
        "Why?",
        id=7,
        quotes=(Quote("T", "a", "Title", None, None, None, None, 3, 4, 0.5, 1, n=1, marks=(Span(3, 4),)),),
        claims=(Claim("So it is.", (1,), True),),
        passages=(place,),
        sentences=(place,),
        nearest=(NearArticle("a", "Title", "2026", published_guessed=True),),
        period=Period("2026-03-01", "2026-04-01"),
        choices=("One?", "Other?"),
        confidence=0.7,
        timings={"total": 1.5},
    )
    fields = json.loads(json.dumps(answer.as_json()))
    assert fields["quotes"][0].keys() == LOCATION | {"n", "marks"}
    assert fields["quotes"][0]["marks"] == [{"start": 3, "end": 4}]
    assert fields["passages"][0].keys() == fields["sentences"][0].keys() == LOCATION
    assert fields["passages"][0].items() >= remarks.items()
    assert fields["quotes"][0].items() >= {**dict.fromkeys(remarks), "published_guessed": False}.items()
    assert fields["claims"] == [{"text": "So it is.", "quotes": [1], "supported": True}]
    assert {"article_id", "title", "published"} <= fields["nearest"][0].keys()
    assert fields["nearest"][0]["published_guessed"] is True
    assert fields["period"] == {"from": "2026-03-01", "to": "2026-04-01"}
    assert fields["choices"] == ["One?", "Other?"]
    assert fields["id"] == 7


def test_nothing_can_be_changed_afterwards() -> None:
    answer = Answer("chat", "Hello.", "Hi")
    with pytest.raises(FrozenInstanceError):
        answer.text = "Other"  # type: ignore[misc]

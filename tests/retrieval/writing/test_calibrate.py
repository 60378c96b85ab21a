"""Fitting the support check: what is made of a set, what is fitted on it, what is measured."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from retrieval.models import QuestionVectors, Span
from retrieval.writing import calibrate
from retrieval.writing.calibrate import Measured, fitted, measure, report, verdict
from retrieval.writing.calibration_claims import Kind, Pair, pairs
from retrieval.writing.support import Support, from_json

ARTICLES = [
    {
        "id": "bridge",
        "title": "The harbour bridge",
        "language": "en",
        "text": "The old bridge was closed on 3 March after engineers found cracks. Mayor Ada Brook said that repairs "
        "would take until autumn. A ferry carries passengers across the harbour. The bridge was built by Tom Reed in 1911.",
    },
    {
        "id": "whale",
        "title": "A whale at Norby",
        "language": "en",
        "text": "A whale was found on the beach of Norby. Scientists of the museum took its skeleton apart.",
    },
]
QUESTIONS = [
    {
        "id": "why",
        "question": "Why was the bridge closed?",
        "answers": [
            "The old bridge was closed on 3 March because engineers found cracks. Ada Brook said repairs are slow."
        ],
        "article_ids": ["bridge"],
        "evidence": [
            "The old bridge was closed on 3 March after engineers found cracks.",
            "Mayor Ada Brook said that repairs would take until autumn.",
        ],
        "answerable": True,
    },
    {
        "id": "where",
        "question": "Where was the whale of Norby found?",
        "answers": ["on the beach"],
        "article_ids": ["whale"],
        "evidence": ["A whale was found on the beach of Norby."],
        "answerable": True,
    },
    {"id": "when", "question": "When does it open?", "answers": [], "article_ids": [], "answerable": False},
]


def written(folder: Path, articles: Sequence[Mapping[str, object]], questions: Sequence[Mapping[str, object]]) -> Path:
    folder.mkdir()
    for name, records in (("articles", articles), ("questions", questions)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "bridges", ARTICLES, QUESTIONS)


def town(name: str) -> tuple[dict[str, object], dict[str, object]]:
    """An article on a town, and a question about it."""
    text = f"The bridge of {name} is painted green. A ferry carries passengers across the harbour of {name}."
    article: dict[str, object] = {"id": name, "title": name, "text": text, "language": "en"}
    question = {"id": name, "question": f"Which colour has the bridge of {name}?", "answers": ["green"]}
    evidence = [f"The bridge of {name} is painted green."]
    return article, {**question, "article_ids": [name], "evidence": evidence, "answerable": True}


def of_kind(folder: Path, kind: Kind) -> list[Pair]:
    return [pair for pair in pairs(folder, 10) if pair.kind == kind]


def test_each_sentence_of_a_long_answer_is_a_claim_and_a_short_answer_is_one_with_its_question(folder: Path) -> None:
    assert {pair.claim for pair in of_kind(folder, "true")} == {
        "The old bridge was closed on 3 March because engineers found cracks.",
        "Ada Brook said repairs are slow.",
        "Where was the whale of Norby found: on the beach.",
    }


def test_true_claims_are_held_against_their_evidence_and_title(folder: Path) -> None:
    pair = next(pair for pair in of_kind(folder, "true") if pair.claim.startswith("The old"))
    assert pair.evidence == (*QUESTIONS[0]["evidence"], "The harbour bridge")  # type: ignore[misc]


def test_the_other_sentences_of_the_article_are_no_evidence(folder: Path) -> None:
    for pair in of_kind(folder, "near"):
        own = next(one["text"] for one in ARTICLES if one["title"] == pair.evidence[-1])
        gold = [text for question in QUESTIONS for text in question.get("evidence", ())]  # type: ignore[attr-defined]
        assert all(text in own and text not in gold for text in pair.evidence[:-1])


def test_another_article_is_another_article(folder: Path) -> None:
    titles = {pair.claim: pair.evidence[-1] for pair in of_kind(folder, "far")}
    assert titles["Where was the whale of Norby found: on the beach."] == "The harbour bridge"


def test_changed_claims_say_something_else(folder: Path) -> None:
    assert "The old bridge was closed on 6 March because engineers found cracks." in {
        pair.claim for pair in of_kind(folder, "number")
    }
    assert "The old bridge was not closed on 3 March because engineers found cracks." in {
        pair.claim for pair in of_kind(folder, "denied")
    }
    named = of_kind(folder, "name")
    assert named
    assert all(pair.claim not in {true.claim for true in of_kind(folder, "true")} for pair in named)


def test_changed_claims_are_wrong_by_their_facts(folder: Path) -> None:
    def never(text: str) -> None:
        raise AssertionError("nothing is encoded where terms alone are measured")

    measured = measure(Support(never), pairs(folder, 10), known=False)  # type: ignore[arg-type]
    assert all(one.wrong for one in measured if one.pair.kind in ("number", "name", "denied"))
    assert not any(one.wrong for one in measured if one.pair.kind == "true")


def made_up(seed: int = 1) -> list[Measured]:
    """Claims of which the terms tell whether they are true, and nothing else does."""
    chance = np.random.default_rng(seed)
    measured = []
    for n in range(400):
        kind: Kind = ("true", "near", "far")[n % 3]
        figures = chance.random(4)
        figures[3] = {"true": 0.9, "near": 0.5, "far": 0.1}[kind] + 0.1 * chance.normal()
        pair = Pair("made up", "tune" if n % 2 else "report", kind, f"Claim {n}.", ("Evidence.",), "", "en")
        measured.append(Measured(pair, figures, wrong=False))
    return measured


def test_what_tells_true_claims_apart_is_found_and_the_floors_stand_where_they_were_asked_for() -> None:
    measured = made_up()
    scales = from_json(fitted(measured, []))
    assert np.abs(scales.by_meaning.sum.weights).argmax() == 3
    found = report(measured, scales.by_meaning)["made up"]
    assert found["auroc near"]["terms"] > 0.95
    assert found["auroc near"]["sum"] > 0.95
    assert found["auroc near"]["cosine"] < 0.7
    assert found["true"]["unsupported"] < 0.1
    assert found["near"]["supported"] < 0.2
    assert found["far"]["unsupported"] > 0.9


def test_what_is_wrong_by_its_facts_is_unsupported_however_near() -> None:
    one = Measured(Pair("", "tune", "number", "", (), "", "en"), np.ones(4), wrong=True)
    assert verdict(one, from_json(fitted(made_up(), [])).by_meaning) == "unsupported"


def by_words(text: str) -> QuestionVectors:
    """Vectors by which texts are alike that share words."""
    spans = tuple(Span(*match.span()) for match in re.finditer(r"\w+", text))
    tokens = np.zeros((len(spans), 64), np.float32)
    for n, span in enumerate(spans):
        tokens[n, zlib.crc32(text[span.start : span.end].lower().encode()) % 64] = 1.0
    mean = tokens.sum(axis=0)
    return QuestionVectors(mean / (np.linalg.norm(mean) or 1.0), tokens, spans)


def test_the_command_writes_what_the_check_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    towns = [town(name) for name in ("Norby", "Astrup", "Birke", "Dalum", "Egense", "Fjelde", "Gram", "Hylke")]
    folder = written(tmp_path / "towns", [article for article, _ in towns], [question for _, question in towns])
    file = tmp_path / "support.json"
    monkeypatch.setattr(calibrate, "FILE", file)
    assert calibrate.main([str(folder), "--terms", str(folder), "--write"], by_words) == 0
    stored = json.loads(file.read_text("utf-8"))
    assert stored == json.loads(capsys.readouterr().out)
    assert stored["origin"] == "python -m retrieval.writing.calibrate towns --terms towns --most 150 --write"
    assert 0 < from_json(stored).by_meaning.kept < 1
    assert stored["measured"]["by meaning"]["towns"]["true"]["claims"] > 1


def test_too_few_claims_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate.main([str(folder), "--most", "0"], by_words) == 1
    assert "too few claims" in capsys.readouterr().err


def test_a_folder_that_is_no_set_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate.main([str(tmp_path)], by_words) == 1
    assert "is not there" in capsys.readouterr().err

"""How common terms are in general: what idf makes of it in small and large catalogues, and how the table is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import background
from retrieval.background import count, idf, main, sentence_idf
from retrieval.lexical import terms

PLACE, COMMON = terms("Zanzibar people", "en")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_shipped_table_is_of_terms_as_they_are_made_now(language: str) -> None:
    table = background._backgrounds()[language]
    assert len(table) > 2000
    words = {"en": "people government water years", "ru": "города время человек года"}[language]
    assert set(terms(words, language)) <= table.keys()
    assert all(0.0 < share <= 1.0 for share in table.values())


def test_the_first_line_of_the_file_tells_what_it_is_and_the_second_its_origin() -> None:
    first, origin, *_ = background._FILE.read_text("utf-8").splitlines()
    assert first.startswith("# Language, term")
    assert "CLAP NQ (Apache-2.0)" in origin


def test_in_a_catalogue_of_one_passage_the_background_tells_rare_from_common() -> None:
    weights = idf({PLACE: 1, COMMON: 1}, 1, "en")
    assert weights[PLACE] > weights[COMMON] + 1


def test_in_a_large_catalogue_its_own_frequencies_decide() -> None:
    weights = idf({PLACE: 60_000, COMMON: 3}, 100_000, "en")
    assert weights[PLACE] < weights[COMMON]


@pytest.mark.parametrize("language", ["xx", "", None])
def test_a_language_without_a_background_has_lucenes_idf(language: str | None) -> None:
    expected = {"a": pytest.approx(1.2040, abs=1e-4), "b": pytest.approx(0.1054, abs=1e-4)}
    assert idf({"a": 1, "b": 4}, 4, language) == expected
    assert sentence_idf({"a": 1, "b": 4}, 4, language) == expected


def test_for_sentences_a_term_is_as_common_as_catalogue_or_background_says() -> None:
    weights = sentence_idf({PLACE: 10, COMMON: 0, "the": 0}, 10, "en")
    assert weights[PLACE] < weights["the"] < weights[COMMON]


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from(["en", "ru", "xx"]))
def test_weights_are_positive_and_fall_with_the_frequency(frequency: int, others: int, language: str) -> None:
    passages = frequency + others + 1
    for weigh in (idf, sentence_idf):
        assert (
            0
            < weigh({COMMON: frequency + 1}, passages, language)[COMMON]
            <= weigh({COMMON: frequency}, passages, language)[COMMON]
        )


def test_counting_is_by_passage_and_includes_the_title() -> None:
    found, passages = count([{"title": "Whales", "text": "The sea. " * 150}], "en")
    assert passages == 2
    assert (found["whale"], found["sea"]) == (2, 2)


def test_a_long_article_counts_for_a_few_passages() -> None:
    _, passages = count([{"title": "", "text": "word " * 20_000}], "en")
    assert passages == 20


def test_a_text_without_spaces_is_cut_too() -> None:
    assert count([{"title": "", "text": "x" * 2000}], "en")[1] == 3


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "terms.tsv"
    file.write_text("# header\nru\tмир\t0.5\n", encoding="utf-8")
    monkeypatch.setattr(background, "_FILE", file)
    background._backgrounds.cache_clear()
    monkeypatch.setattr(background, "_LEAST", 0.5)
    return file


@pytest.fixture(autouse=True)
def _forget() -> object:
    yield
    background._backgrounds.cache_clear()


def write_articles(folder: Path, *texts: str) -> str:
    lines = [json.dumps({"title": "", "text": text}) for text in texts]
    (folder / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return str(folder)


def test_the_command_writes_one_language_and_leaves_the_others(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_articles(tmp_path, "whale sea", "whale rust", "whale rust", "harbour")
    assert main([folder, "--language", "en", "--write"]) == 0
    assert [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")] == [
        "en\trust\t0.5",
        "en\twhale\t0.75",
        "ru\tмир\t0.5",
    ]
    assert capsys.readouterr().out == "4 passages, 4 terms, 2 kept: 71.4% of what they hold\n"


def test_without_write_nothing_is_changed(tmp_path: Path, file: Path) -> None:
    before = file.read_bytes()
    assert main([write_articles(tmp_path, "whale"), "--language", "en"]) == 0
    assert file.read_bytes() == before


def test_no_articles(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([write_articles(tmp_path), "--language", "en", "--write"]) == 1
    assert "there is no article in these folders" in capsys.readouterr().err

"""How well a model knows a language: what the default one knows, and what a number makes of the dense channel."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from retrieval.encoder import Encoder
from retrieval.function_words import FUNCTION_WORDS
from retrieval.knowledge import DEFAULT_KNOWLEDGE, dense_weight, knowledge_of, main, measure, measure_encoder, probes
from retrieval.languages import detect

Vectors = npt.NDArray[np.float32]


def test_the_default_model_knows_english_and_the_measure_says_so(encoder: Encoder) -> None:
    languages = ["de", "en", "ru"]
    known = measure_encoder(encoder, languages)
    assert list(known) == languages
    assert known["en"] > 0.9
    assert max(score for language, score in known.items() if language != "en") < 0.4
    # bfloat16 and fp32 order close answers differently
    assert known == pytest.approx({language: DEFAULT_KNOWLEDGE[language] for language in languages}, abs=0.06)


def test_what_ships_is_of_all_probes() -> None:
    assert set(DEFAULT_KNOWLEDGE) == set(probes())


def numbered(texts: Sequence[str]) -> Vectors:
    """Encode as a model that knows every language: the texts of one matter alike."""
    places = {text: n for rows in probes().values() for n, pair in enumerate(rows) for text in pair}
    return np.eye(20, dtype=np.float32)[[places[text] for text in texts]]


def test_a_model_that_knows_all_languages_gets_all_weight() -> None:
    known = measure(numbered, numbered)
    assert set(known.values()) == {1.0}
    assert {dense_weight(knowledge_of(language, known)) for language in ("en", "ru", "ka", "sw", "")} == {1.0}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_model_that_knows_nothing_gets_no_weight(seed: int) -> None:
    generator = np.random.default_rng(seed)

    def encode(texts: Sequence[str]) -> Vectors:
        return generator.standard_normal((len(texts), 64)).astype(np.float32)

    known = measure(encode, encode)
    assert sum(dense_weight(score) > 0 for score in known.values()) <= 1


def test_a_model_for_which_all_texts_are_the_same_knows_nothing() -> None:
    def encode(texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 4), np.float32)

    assert set(measure(encode, encode).values()) == {0.0}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("en", 1.0, id="measured"),
        pytest.param("", 1.0, id="no language counts as English"),
        pytest.param("nb", 0.5, id="Norwegian by its other name"),
        pytest.param("sw", 0.5, id="the least known of the same letters"),
        pytest.param("mk", 0.2, id="of the same letters, Cyrillic"),
        pytest.param("ka", 0.1, id="letters without probes: the least known of all"),
    ],
)
def test_knowledge_of_a_language(language: str, expected: float) -> None:
    assert knowledge_of(language, {"en": 1.0, "no": 0.5, "ru": 0.2, "el": 0.1}) == expected


def test_nothing_is_known_where_nothing_was_measured() -> None:
    assert knowledge_of("en", {}) == 0.0


def test_the_weight_grows_with_knowledge_from_nothing_to_one() -> None:
    weights = [dense_weight(n / 20) for n in range(21)]
    assert weights == sorted(weights)
    assert (dense_weight(0.25), dense_weight(1.0)) == (0.0, 1.0)


@pytest.mark.parametrize("language", sorted(probes()))
def test_probes_are_parallel_distinct_and_share_no_telling_words(language: str) -> None:
    rows = probes()[language]
    assert len(rows) == 20
    assert len({text for pair in rows for text in pair}) == 40
    told = 0
    for question, answer in rows:
        words = {word.strip("?？.。¿!,،؟;") for word in question.casefold().split()}
        told += bool(
            words & {word.strip(".。,،;") for word in answer.casefold().split()} - FUNCTION_WORDS[language] - {""}
        )
    assert told <= 4
    assert detect("\n".join(text for pair in rows for text in pair)) == language


def test_the_command_prints_its_help_at_once_and_refuses_other_words() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "retrieval.knowledge"]
    helped = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True)
    assert "CITEGRAM_EMBEDDING_MODEL" in helped.stdout
    assert "torch" not in helped.stderr
    assert subprocess.run([*command, "word"], capture_output=True, check=False).returncode == 2


def test_the_command_tells_of_a_model_that_cannot_be_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CITEGRAM_EMBEDDING_MODEL", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["knowledge", "--json"])
    assert main() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert str(tmp_path) in printed.err

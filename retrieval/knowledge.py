"""How well an embedding model knows each language, measured on probe texts, and what that makes of its weight."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from retrieval.catalog import EmbeddingModel
from retrieval.command import run_command
from retrieval.languages import SCRIPT

if TYPE_CHECKING:
    from retrieval.encoder import Encoder

Vectors = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]

_UNSURE = 0.25  # of knowledge: with 20 pairs, a model that knows nothing of a language scores below that 19 times of 20

DEFAULT_KNOWLEDGE: Mapping[str, float] = {
    "ar": 0.145, "bg": 0.0, "cs": 0.016, "da": 0.032, "de": 0.024, "el": 0.008, "en": 1.0, "es": 0.3,
    "fa": 0.057, "fi": 0.0, "fr": 0.247, "he": 0.0, "hi": 0.018, "hu": 0.0, "id": 0.0, "it": 0.078,
    "ja": 0.206, "ko": 0.0, "nl": 0.024, "no": 0.0, "pl": 0.034, "pt": 0.149, "ro": 0.055, "ru": 0.0,
    "sv": 0.0, "th": 0.0, "tr": 0.0, "uk": 0.045, "vi": 0.0, "zh": 0.02,
}  # fmt: skip
"""Of the default model, as `python -m retrieval.knowledge` measures it."""


def measure(encode: Encode, encode_questions: Encode, languages: Collection[str] | None = None) -> dict[str, float]:
    """Return how well a model knows each language that there are probes for, 0 (not at all) to 1, by BCP 47 primary subtag.

    The probes of a language are 20 short questions with their answers, which share no words but function words, on the same
    matters in every language: whoever finds the answers knows the language (by their terms alone, BM25 finds 1 of 20). The
    score is the mean reciprocal rank of the right answer among all 20 by cosine, less what chance gives, as a share of what
    can be had above chance.

    Args:
        encode: texts to unit vectors, shape (texts, dimensions).
        encode_questions: the same for questions.
        languages: those to measure; all that have probes where None.
    """
    pairs = {language: rows for language, rows in probes().items() if languages is None or language in languages}
    answers = np.asarray(encode([answer for rows in pairs.values() for _, answer in rows]), np.float32)
    questions = np.asarray(encode_questions([question for rows in pairs.values() for question, _ in rows]), np.float32)
    known: dict[str, float] = {}
    first = 0
    for language, rows in pairs.items():
        own = slice(first, first + len(rows))
        known[language] = round(_found(questions[own] @ answers[own].T), 3)
        first += len(rows)
    return known


def knowledge_of(language: str, known: Mapping[str, float]) -> float:
    """Return how well a model knows a language, as far as `known` (from `measure`) tells.

    A language without probes counts as the least known of those in its script, or of all where its script has none: nothing
    is claimed that was not measured, and a model that knows all languages of the probes is trusted with others. No language
    (empty: a text too short to tell) counts as English.
    """
    language = {"nb": "no", "nn": "no", "": "en"}.get(language, language)
    if language in known:
        return known[language]
    script = _script(language)
    alike = [score for other, score in known.items() if _script(other) == script]
    return min(alike or known.values(), default=0.0)


def dense_weight(knowledge: float) -> float:
    """Return the weight of the dense channel's z-scores in a language, beside those of BM25 with weight 1.

    XQuAD, passage @1 / @5 with whole articles and the default model: English (knowledge 1.0) .934 / .995 by BM25 alone and
    .943 / .996 with weight 1, hardly less from .5 on; Spanish (.30) .884 / .982 alone, .890 / .984 with .1 and .865 / .982
    with 1; Russian (0) .725 / .902 alone and .690 / .882 with 1; Chinese (.02) .915 / .984 and .888 / .979; German (.02)
    .851 / .964 alone and .856 / .972 with 1, for the names that it shares with English. So nothing where knowledge may be
    chance, and from there as much as is known: no language does worse than by BM25 alone.
    """
    return max(0.0, min(1.0, (knowledge - _UNSURE) / (1 - _UNSURE)))


@cache
def probes() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return question and answer pairs by language."""
    folder = resources.files("retrieval") / "probes"
    return {
        item.name.removesuffix(".tsv"): tuple(_pair(line) for line in item.read_text("utf-8").splitlines())
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".tsv")
    }


def _pair(line: str) -> tuple[str, str]:
    question, answer = line.split("\t")
    return question, answer


def _found(similarity: npt.NDArray[np.float32]) -> float:
    """Return the mean reciprocal rank of the diagonal in its rows, chance taken off: 0 to 1."""
    count = len(similarity)
    # a tie counts against the model: one that gives everything the same vector knows nothing
    ranks = (similarity >= similarity.diagonal()[:, None]).sum(axis=1)
    chance = sum(1 / rank for rank in range(1, count + 1)) / count
    return max(0.0, (float((1 / ranks).mean()) - chance) / (1 - chance))


def _script(language: str) -> str:
    return {"HIRAGANA": "CJK"}.get(SCRIPT.get(language, "LATIN"), SCRIPT.get(language, "LATIN"))


def measure_encoder(encoder: Encoder, languages: Collection[str] | None = None) -> dict[str, float]:
    """Return `measure` of an encoder; loads the model (then 12 s of one core's time for one of MiniLM's size)."""
    from retrieval.encoder import PassageInput

    return measure(
        lambda texts: np.stack([v.passage for v in encoder.encode_passages([PassageInput("", t, ()) for t in texts])]),
        lambda texts: np.stack([encoder.encode_question(text).mean for text in texts]),
        languages,
    )


def embedding_model(encoder: Encoder, bound: EmbeddingModel | None) -> EmbeddingModel:
    """Return the encoder's model as a catalogue remembers it, measured unless it is the default or is `bound` already."""
    if bound is not None and bound.fingerprint == encoder.fingerprint:
        return bound
    known = DEFAULT_KNOWLEDGE if encoder.is_default else measure_encoder(encoder)
    return EmbeddingModel(encoder.name, encoder.fingerprint, encoder.dimensions, known)


def main() -> int:
    """Print how well the embedding model knows each language: a table, or JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m retrieval.knowledge",
        description="Measure how well the embedding model (CITEGRAM_EMBEDDING_MODEL) knows each language, from 0 to 1.",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    return run_command(parser.prog, lambda: _run(as_json=options.json))


def _run(*, as_json: bool) -> int:
    from retrieval.encoder import Encoder
    from retrieval.errors import CitegramError, SettingsError
    from retrieval.settings import load_settings

    try:
        encoder = Encoder(load_settings().embedding_model)
        known = measure_encoder(encoder)
    except CitegramError as error:
        sys.stderr.write(f"python -m retrieval.knowledge: {error}\n")
        return 2 if isinstance(error, SettingsError) else 1
    sys.stdout.write(
        json.dumps({"model": encoder.name, "knowledge": known}) + "\n" if as_json else _table(encoder, known)
    )
    return 0


def _table(encoder: Encoder, known: Mapping[str, float]) -> str:
    lines = [f"{encoder.name}\n", "language  knowledge  weight of the dense channel\n"]
    by_score = sorted(known.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"{language:8}  {score:9.2f}  {dense_weight(score):27.2f}\n" for language, score in by_score]
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())

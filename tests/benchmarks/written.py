"""Written answers of a real chat model on the sample articles: how many there are, and that all of them hold."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.pipeline import Pipeline
from ingest.sources.walk import read_articles
from retrieval.bootstrap import Citegram, open_citegram
from retrieval.encoder import Encoder
from retrieval.models import Answer, Article, Progress, Question
from retrieval.settings import Settings, load_settings
from retrieval.writing.ledger import Budget, Ledger
from retrieval.writing.support import Support
from retrieval.writing.written import Writer
from tests.benchmarks.corpus import SAMPLES
from tests.benchmarks.quality import SAMPLE_QUESTIONS
from tests.building import put_encoded
from tests.poisoning import PLACES, obedient, poisoned, violations
from tests.retrieval.writing.scripted import ScriptedModel

_SPREAD = 7
"""Questions from one instruction to the next: every article gets some."""


@contextmanager
def a_chat_model() -> Iterator[Settings]:
    """Give settings with the chat model of CITEGRAM_MODEL, else with the small one of `make test-model`."""
    settings = load_settings()
    if settings.chat_model is not None:
        yield settings
        return
    from tests.model_server import model_server

    with model_server() as url:
        yield settings.model_copy(update={"chat_model": "openai:gemma", "chat_model_url": url})


def run(most: int | None) -> None:
    """Ask the sample questions and print what became of them."""
    questions = [str(line["question"]) for line in _lines(SAMPLE_QUESTIONS)[:most]]
    with a_chat_model() as settings, tempfile.TemporaryDirectory() as folder, filled(_in(folder, settings)) as citegram:
        answers, wrong = _asked(citegram, questions)
        _report(settings.chat_model or "", answers, wrong)


def run_obedient(instructions: Path, most: int | None) -> None:
    """Plant each instruction at the start, in the middle and at the end of an article, and ask what the article answers.

    Of a model that does whatever it reads.

    Args:
        instructions: JSON Lines with `instruction`.
        most: how many of the instructions.
    """
    model, settings = ScriptedModel(obedient), load_settings(None)
    with tempfile.TemporaryDirectory() as folder, filled(_in(folder, settings), model) as citegram:
        _report_planted("a model that obeys every instruction", citegram, instructions, most)


def run_injection(instructions: Path, most: int | None) -> None:
    """Do the same with a real model."""
    with a_chat_model() as settings, tempfile.TemporaryDirectory() as folder, filled(_in(folder, settings)) as citegram:
        _report_planted(settings.chat_model or "", citegram, instructions, most)


def _report_planted(model: str, citegram: Citegram, instructions: Path, most: int | None) -> None:
    planted = [str(line["instruction"]) for line in _lines(instructions)[:most]]
    answers, wrong = _planted(citegram, planted)
    _report(f"{model}, {len(planted)} instructions at {len(PLACES)} places", answers, wrong)


def _planted(citegram: Citegram, instructions: list[str]) -> tuple[list[Answer], list[str]]:
    answered = [line for line in _lines(SAMPLE_QUESTIONS) if line["expected"] == "answer"]
    answers: list[Answer] = []
    wrong: list[str] = []
    for n, instruction in enumerate(instructions):
        line = answered[n * _SPREAD % len(answered)]
        stored = citegram.catalog.article(line["article_ids"][0])
        assert stored is not None
        for where in PLACES:
            _put(citegram, replace(stored.article, text=poisoned(stored.article.text, instruction, where)))
            found, more = _asked(citegram, [str(line["question"])])
            answers, wrong = answers + found, wrong + more
        _put(citegram, stored.article)
    return answers, wrong


def _put(citegram: Citegram, article: Article) -> None:
    put_encoded(citegram.catalog, article, citegram.encoder)


@contextmanager
def filled(settings: Settings, model: ScriptedModel | None = None) -> Iterator[Citegram]:
    """Give a core over the sample articles, ready, with the chat model of the settings or with another."""
    with _core(settings, model) as citegram:
        drafts = read_articles([str(SAMPLES)], lambda problem: None)
        for _ in Pipeline(citegram.catalog, citegram.encoder, on_loading=lambda: None).run(drafts):
            pass
        citegram.warm()
        yield citegram


def _in(folder: str, settings: Settings) -> Settings:
    return settings.model_copy(update={"data_dir": Path(folder)})


def _core(settings: Settings, model: ScriptedModel | None) -> Citegram:
    if model is None:
        return open_citegram(settings)
    encoder, ledger = Encoder(settings.embedding_model), Ledger.in_directory(settings.data_dir)
    writer = Writer(model, Support(encoder.encode_question), ledger, Budget(ledger, None, None), context=6000)
    return open_citegram(settings, encoder=encoder, writer=writer)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _asked(citegram: Citegram, questions: list[str]) -> tuple[list[Answer], list[str]]:
    answers, wrong = [], []
    for question in questions:
        shown: list[Progress] = []
        answer = citegram.answer_now(Question(question), shown.append)
        answers.append(answer)
        wrong += violations(answer, shown, citegram.catalog)
    return answers, wrong


def _report(model: str, answers: list[Answer], wrong: list[str]) -> None:
    written = [answer for answer in answers if answer.mode == "written"]
    claims = [claim for answer in written for claim in answer.claims]
    quoted = sum(bool(claim.quotes) for claim in claims)
    print(f"  {model}, {len(answers)} questions")
    print(f"  written: {len(written)}; quotes alone: {_count(answers, 'answered', 'quotes')}; refused: "
          f"{sum(answer.status == 'not_found' for answer in answers)}")  # fmt: skip
    print(f"  why quotes alone: {dict(Counter(n for a in answers if a.mode == 'quotes' for n in a.notices))}")
    print(f"  sentences: {len(claims)}, with a valid quote {quoted}, marked {sum(not c.supported for c in claims)}; "
          f"answers that say something was left out: {sum(bool(answer.notices) for answer in written)}")  # fmt: skip
    print(f"  more than verified content: {len(wrong)} {dict(Counter(wrong)) if wrong else ''}")
    times = [answer.timings["write"] for answer in answers if answer.timings.get("write", 0) > 1]
    if times:
        print(f"  writing, p50: {statistics.median(times) / 1000:.1f} s of {len(times)}")


def _count(answers: list[Answer], status: str, mode: str) -> int:
    return sum((answer.status, answer.mode) == (status, mode) for answer in answers)

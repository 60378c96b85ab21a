"""How long people wait for answers in Telegram: alone, fifty at once, and beside somebody who sends without a pause."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from bot.gathering import unfinished
from retrieval.bootstrap import open_citegram
from retrieval.models import Question
from retrieval.settings import load_settings
from tests.benchmarks.chats import Ask, Chats, account, chats_with_a_bot
from tests.benchmarks.corpus import write_corpus
from tests.benchmarks.environment import data_directory
from tests.benchmarks.quality import SAMPLE_QUESTIONS

_ARTICLES = 1000
_ROUNDS = 3
_CHATS = 50
_ALONE = 50
_CROWD_QUESTIONS, _CROWD_SECONDS = 200, 5.0
_NEIGHBOURS, _NEIGHBOUR_SECONDS = 60, 20.0
_FLOOD_PER_SECOND = 20
_SHARE = 20
"""Questions a minute that one person may ask, as by default."""
_SETTLE_SECONDS = 6.0
"""After which no limit remembers what was sent before."""

_chats = itertools.count(10_001)


def waiting_times() -> None:
    """Print them, with Telegram's own limits left out and with them, and what was lost, doubled or reordered."""
    with TemporaryDirectory() as name, data_directory(Path(name) / "data"):
        folder = Path(name)
        write_corpus(folder / "corpus.jsonl", _ARTICLES)
        subprocess.run([sys.executable, "-m", "ingest", str(folder / "corpus.jsonl")], check=True, capture_output=True)
        questions = _questions()
        core = _core_alone(questions)
        _print("one question, the core by itself, p50 / p95", _figures(core))
        for limits in (False, True):
            print(f"  {'With' if limits else 'Without'} Telegram's limits in the test server:")
            with chats_with_a_bot(folder, folder / "data", limits=limits, questions_per_minute=_SHARE) as chats:
                _warm_up(chats, questions)
                alone = _fifty_and_one(chats, questions)
                _crowd(chats, questions)
                if not limits:
                    _print("one question in Telegram / the core by itself, p50", f"{median(alone) / median(core):.2f}")
                    _beside_a_flood(chats, questions)
                _print("memory of the bot", f"{chats.memory:.0f} MB")
                _print("messages refused with 429", str(chats.double.rates.refused))
            lost, doubled, reordered = account(folder / "data", chats.asked)
            _print(
                f"of {len(chats.asked)} questions lost / doubled / chats reordered", f"{lost} / {doubled} / {reordered}"
            )


def _core_alone(questions: Sequence[str]) -> list[float]:
    with open_citegram(load_settings(None)) as citegram:
        citegram.warm()
        while not citegram.index.available():
            time.sleep(0.1)
        answers = [citegram.answer_now(Question(text)) for text in questions[: _ALONE + 10]]
    return [answer.timings["total"] / 1000 for answer in answers[10:]]


def _warm_up(chats: Chats, questions: Sequence[str]) -> None:
    chats.one_after_the_other(_one_each(questions[:20]))
    time.sleep(_SETTLE_SECONDS)


def _fifty_and_one(chats: Chats, questions: Sequence[str]) -> list[float]:
    """Print fifty chats asking at once beside one question at a time, in turns."""
    one: list[float] = []
    many: list[list[float]] = []
    for n in range(_ROUNDS):
        one += chats.one_after_the_other(_one_each(_some(questions, _ALONE // _ROUNDS, n)))
        time.sleep(_SETTLE_SECONDS)
        many.append(chats.together(_one_each(_some(questions, _CHATS, n))))
        time.sleep(_SETTLE_SECONDS)
    _print("one question at a time, p50 / p95", _figures(one))
    _print(f"{_CHATS} chats at once, p50 / p95, median of {_ROUNDS}", _medians(many))
    ratios = _median_of(median, many) / median(one), _median_of(_p95, many) / _p95(one)
    _print("ratios", f"{ratios[0]:.1f} / {ratios[1]:.1f}")
    print(
        "  (The bot sends at most 27 messages in 1.05 s, so the last 23 of 50 answers leave a second after the first.)"
    )
    return one


def _crowd(chats: Chats, questions: Sequence[str]) -> None:
    people = [next(_chats) for _ in range(_CHATS)]
    asks = [
        _new(people[n % _CHATS], questions[n % len(questions)], n * _CROWD_SECONDS / _CROWD_QUESTIONS)
        for n in range(_CROWD_QUESTIONS)
    ]
    _print(
        f"{_CROWD_QUESTIONS} questions of {_CHATS} chats in {_CROWD_SECONDS:.0f} s, until all are answered",
        f"{chats.crowd(asks):.1f} s",
    )
    time.sleep(_SETTLE_SECONDS)


def _beside_a_flood(chats: Chats, questions: Sequence[str]) -> None:
    """Print what others wait for without and with somebody who sends 20 messages a second, in turns."""
    quiet: list[list[float]] = []
    flooded: list[list[float]] = []
    for n in range(_ROUNDS):
        for with_flood in (n % 2 == 1, n % 2 == 0):
            chance = random.Random(n)  # both ask the same at the same moments
            moments = [chance.uniform(0, _NEIGHBOUR_SECONDS) for _ in range(_NEIGHBOURS)]
            texts = _some(questions, _NEIGHBOURS, n)
            asks = [_new(next(_chats), text, at) for text, at in zip(texts, moments, strict=True)]
            waits = chats.together(asks, _flood(questions) if with_flood else ())
            (flooded if with_flood else quiet).append(waits)
            time.sleep(_SETTLE_SECONDS)
    _print(f"{_NEIGHBOURS} chats in {_NEIGHBOUR_SECONDS:.0f} s, p50 / p95, median of {_ROUNDS}", _medians(quiet))
    _print(f"the same beside one user's {_FLOOD_PER_SECOND} messages a second", _medians(flooded))
    ratios = [_p95(many) / _p95(few) for many, few in zip(flooded, quiet, strict=True)]
    _print("ratios of p95, and the middle one", f"{', '.join(f'{r:.2f}' for r in ratios)}: {median(ratios):.2f}")


def _flood(questions: Sequence[str]) -> list[Ask]:
    user = next(_chats)
    count = int(_NEIGHBOUR_SECONDS * _FLOOD_PER_SECOND)
    return [_new(user, questions[n % len(questions)], n / _FLOOD_PER_SECOND) for n in range(count)]


def _questions() -> list[str]:
    lines = SAMPLE_QUESTIONS.read_text(encoding="utf-8").splitlines()
    asked = [one["question"] for one in map(json.loads, lines) if one["answerable"]]
    return [text for text in asked if not unfinished(text)]  # the bot would wait for what might follow


def _some(questions: Sequence[str], count: int, seed: int) -> list[str]:
    return random.Random(seed).sample(questions, count)


def _one_each(texts: Sequence[str]) -> list[Ask]:
    return [_new(next(_chats), text) for text in texts]


def _new(chat: int, text: str, at: float = 0.0) -> Ask:
    return Ask(chat, f"{text} ({chat})", at)  # the core remembers what it has encoded


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[18]


def _median_of(figure: Callable[[Sequence[float]], float], rounds: Sequence[Sequence[float]]) -> float:
    return median(figure(values) for values in rounds)


def _medians(rounds: Sequence[Sequence[float]]) -> str:
    return f"{1000 * _median_of(median, rounds):.0f} / {1000 * _median_of(_p95, rounds):.0f} ms"


def _figures(values: Sequence[float]) -> str:
    return f"{1000 * median(values):.0f} / {1000 * _p95(values):.0f} ms"


def _print(name: str, figures: str) -> None:
    print(f"  {name:60}  {figures}", flush=True)

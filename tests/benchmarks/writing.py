"""What a written answer costs beyond retrieval and the model: a local server writes at a steady pace."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from retrieval.bootstrap import Citegram
from retrieval.models import Answer, Progress, Question
from retrieval.settings import load_settings
from retrieval.writing.draft import DraftReader
from tests.benchmarks.written import filled
from tests.openai_server import Asked, OpenAiServer, Reply

_PACE = 0.02
"""Seconds between the model's tokens."""
_QUESTIONS = (
    "Why was the bridge in Pellworth closed?",
    "How heavy is the oven of the bakery?",
    "How high did the Lorrow rise in Torrenby?",
    "Who will be the next mayor of Lunmouth?",
    "What did the thieves take from the Harbour Museum?",
)
_TOKENS = 4000


@dataclass
class _Run:
    """One question: when what happened, in seconds of `time.perf_counter`."""

    asked: float = 0.0
    """When the request had arrived."""
    tokens: list[float] = field(default_factory=list)
    """When the server was about to send each of them."""
    shown: list[tuple[float, int]] = field(default_factory=list)
    """When something could be shown, and how many sentences."""
    first_sentence: int = 0
    """Tokens of it."""


class _Paced(tuple[str, ...]):
    """Tokens that come one after the other, each noted when it goes out."""

    run: _Run

    def __iter__(self) -> Iterator[str]:
        """Yield them at the pace."""
        for token in super().__iter__():
            time.sleep(_PACE)
            self.run.tokens.append(time.perf_counter())
            yield token


def run() -> None:
    """Print how soon something is to be seen, the work per token, and what is added to retrieval and model."""
    first, sentence, added = [], [], []
    run = _Run()
    with (
        tempfile.TemporaryDirectory() as folder,
        OpenAiServer(answer=lambda asked: _quoted_back(asked, run)) as server,
        filled(
            load_settings(None).model_copy(
                update={"data_dir": Path(folder), "chat_model": "openai:paced", "chat_model_url": server.url}
            )
        ) as citegram,
    ):
        citegram.answer_now(Question(_QUESTIONS[0], written=False))
        _ask(citegram, run, "How long will the bridge in Pellworth stay closed?")
        for question in _QUESTIONS:
            answer = _ask(citegram, run, question)
            assert answer.mode == "written", "the server quotes the passages back"
            first.append(run.shown[0][0] - run.tokens[0])
            sentence.append(next(at for at, sentences in run.shown if sentences) - run.tokens[run.first_sentence - 1])
            model = run.tokens[-1] - run.asked
            retrieval = sum(answer.timings[step] for step in ("resolve", "encode", "search", "evidence")) / 1000
            added.append(answer.timings["total"] / 1000 - retrieval - model)
    print(f"  something to see, after the first token           {_ms(first)} ms (negative: before it)")
    print(f"  first sentence, after its last token              {_ms(sentence)} ms")
    print(f"  total beyond retrieval and model                  {_ms(added)} ms")
    print(f"  reading a token                                   {_reading() * 1000:.3f} ms")


def _ask(citegram: Citegram, run: _Run, question: str) -> Answer:
    run.tokens.clear()
    run.shown.clear()

    def note(progress: Progress) -> None:
        run.shown.append((time.perf_counter(), len(progress.claims)))

    return citegram.answer_now(Question(question), note)


def _quoted_back(asked: Asked, run: _Run) -> Reply:
    """Write the first two sentences of the prompt, a word a token."""
    run.asked = time.perf_counter()
    numbered = re.findall(r"^\[(\d+\.\d+)\] (.+?)[.!?]*$", asked.text("user"), re.MULTILINE)[:2]
    sentences = [re.findall(r"\S+\s*", f"{text} [{number}]. ") for number, text in numbered]
    run.first_sentence = len(sentences[0])
    paced = _Paced(token for sentence in sentences for token in sentence)
    paced.run = run
    return Reply(pieces=paced)


def _reading() -> float:
    """Return the seconds of a token in the reader of drafts, all tokens of a long draft taken together."""
    sentence = "The bridge in Pellworth was closed to all traffic on Tuesday afternoon [1.1]. "
    tokens = re.findall(r"\S+\s*", "".join(sentence.replace("Tuesday", f"day {n}") for n in range(_TOKENS // 14)))
    reader = DraftReader(["1.1"], len(tokens))
    started = time.process_time()
    for token in tokens:
        reader.feed(token)
    return (time.process_time() - started) / len(tokens)


def _ms(seconds: Sequence[float]) -> str:
    return f"{median(seconds) * 1000:.0f}"

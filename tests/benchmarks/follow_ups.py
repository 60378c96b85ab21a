"""`make bench ARGS="follow-ups --set FOLDER ..."`: what a follow-up finds as typed, with its history, and resolved."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from statistics import fmean

from retrieval.batch import read_question
from retrieval.condense import stand_alone
from retrieval.errors import EvaluationError
from retrieval.evaluating.catalogs import opener, whole
from retrieval.evaluating.metrics import paired_bootstrap
from retrieval.evaluating.sets import Half, in_half, share_of
from retrieval.leaning import language_of, telling_words
from retrieval.models import Answer, Question, Turn
from retrieval.settings import Settings, load_settings
from retrieval.stopping import Stop
from retrieval.writing.chat_model import ChatModel
from retrieval.writing.rewriting import stand_alone_by_model
from tests.benchmarks.columns import DIFFERS, share
from tests.benchmarks.sets import Chosen, opened
from tests.benchmarks.tables import markdown, titled

TYPED, JOINED, RESOLVED, MODEL, HUMAN = (
    "last question alone", "all questions joined", "resolver", "chat model", "human"
)  # fmt: skip
_DEPTH = 5  # different articles that a follow-up is searched for in

Form = Callable[["FollowUp"], str]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question of a conversation, with what is known of it."""

    asked: Question
    article_ids: tuple[str, ...]
    rewrite: str
    """Its stand-alone form as a human wrote it, empty where none did."""

    @property
    def before(self) -> tuple[str, ...]:
        """The reader's questions before it."""
        return tuple(turn.content.strip() for turn in self.asked.history if turn.role == "user")


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of one follow-up in one form."""

    recall: float
    """Share of its articles, or of 5 of them, that are among the first 5 found."""
    answered: bool
    repeated: bool
    """Whether the best sentence is the one that was best for the question before."""


def run(chosen: Chosen) -> None:
    """Print for each set what its follow-ups find, where it has articles, and how like humans' rewrites they are.

    `chosen.half` is of conversations here. The chat model of CITEGRAM_MODEL, where one is named, rewrites them as well.
    """
    read = {folder: follow_ups(folder, chosen.half, chosen.most) for folder in chosen.folders}
    rewrites = {_key(one): one.rewrite for found in read.values() for one in found if one.rewrite}
    with closing(_Rewriter(load_settings(None))) as rewriter:
        forms: dict[str, Form] = {TYPED: _typed, JOINED: _joined, RESOLVED: _resolved}
        if rewriter.named:
            forms[MODEL] = rewriter.rewrite
        for folder, found in read.items():
            asked = [replace(one, rewrite=rewrites.get(_key(one), "")) for one in found]
            sought = [one for one in asked if one.article_ids]
            if sought:
                _print_found(folder, sought, forms, replace(chosen, folders=(folder,), half=None))
            rewritten = [one for one in asked if one.rewrite]
            if rewritten:
                _print_likeness(folder.name, rewritten, forms)


def follow_ups(folder: Path, half: Half | None, most: int | None) -> list[FollowUp]:
    """Return the answerable questions of a set that have others before them.

    Raises:
        EvaluationError: there are none.
    """
    found = []
    for line in (folder / "questions.jsonl").read_bytes().splitlines():
        record = json.loads(line)
        one = FollowUp(read_question(line), tuple(record.get("article_ids") or ()), record.get("rewrite") or "")
        if one.before and record.get("answerable") and (half is None or in_half(half, one.before[0])):
            found.append(one)
    if not found:
        raise EvaluationError(f"{folder} has no question with others before it, in `history`.")
    return sorted(found, key=lambda one: share_of(str(one.asked.id), "sample"))[:most]


def _key(one: FollowUp) -> tuple[str, ...]:
    return (*one.before, one.asked.text)


def _typed(one: FollowUp) -> str:
    return one.asked.text


def _joined(one: FollowUp) -> str:
    return " ".join((*one.before, one.asked.text))


def _resolved(one: FollowUp) -> str:
    return stand_alone(one.asked.text, one.asked.history)


def _human(one: FollowUp) -> str:
    return one.rewrite or one.asked.text


class _Rewriter:
    """Rewrites with the chat model that the shell's settings name, each follow-up once."""

    def __init__(self, settings: Settings) -> None:
        self.named = settings.chat_model is not None
        self._model = ChatModel(
            settings.chat_model or "none:none",
            url=settings.chat_model_url,
            key=settings.chat_model_key,
            seconds=settings.chat_model_seconds,
        )
        self._rewritten: dict[tuple[str, ...], str] = {}

    def rewrite(self, one: FollowUp) -> str:
        key = _key(one)
        if key not in self._rewritten:
            self._rewritten[key] = stand_alone_by_model(
                one.asked.text, one.asked.history, self._model, stop=Stop(), on_usage=lambda usage: None
            )
        return self._rewritten[key]

    def close(self) -> None:
        self._model.close()


# What is found


def _print_found(folder: Path, asked: Sequence[FollowUp], forms: Mapping[str, Form], chosen: Chosen) -> None:
    rewritten = sum(bool(one.rewrite) for one in asked)
    if rewritten:
        forms = {**forms, f"{HUMAN} ({rewritten:,} of {len(asked):,})": _human}
    for one in opened(chosen):
        with whole(one.data_dir, opener(one.settings, one.encoder)) as citegram:
            answers = lru_cache(maxsize=None)(lambda text: citegram.answer_now(Question(text)))
            found = {name: [measured(follow_up, form, answers) for follow_up in asked] for name, form in forms.items()}
    caption = (
        f"{folder.name}: {len(asked):,} follow-ups of {len({one.before[0] for one in asked}):,} conversations. Recall @5 "
        "is the share of the articles wanted, or of 5 of them, among the first 5 articles; repeated: the best sentence is "
        f"that of the question before. {DIFFERS} differs from the last question alone by more than chance (paired "
        "bootstrap, 95 %)."
    )
    sys.stdout.write(titled(caption, table(found)))


def measured(one: FollowUp, form: Form, answers: Callable[[str], Answer]) -> Measured:
    """Return what a follow-up finds in one form; `answers` answers a question that has no history."""
    answer = answers(form(one))
    before = answers(stand_alone(one.before[-1], [Turn("user", text) for text in one.before[:-1]]))
    articles = list(dict.fromkeys(passage.article_id for passage in answer.passages))[:_DEPTH]
    best, last = ([(it.article_id, it.start) for it in of.sentences[:1]] for of in (answer, before))
    return Measured(
        recall=len({*articles} & {*one.article_ids}) / min(_DEPTH, len(one.article_ids)),
        answered=answer.status == "answered",
        repeated=bool(best) and best == last,
    )


def table(found: Mapping[str, Sequence[Measured]]) -> str:
    """Return the forms as rows, the last question alone among them."""
    typed = [one.recall for one in found[TYPED]]
    rows = []
    for name, of in found.items():
        recall = [one.recall for one in of]
        difference = paired_bootstrap(recall, typed)
        mark = DIFFERS if difference.low > 0 or difference.high < 0 else ""
        answered, repeated = (fmean(getattr(one, what) for one in of) for what in ("answered", "repeated"))
        rows.append((name, share(fmean(recall)) + mark, share(answered), share(repeated)))
    return markdown(("", "recall @5", "answered", "repeated"), rows)


# How like a human's rewrite


def _print_likeness(name: str, rewritten: Sequence[FollowUp], forms: Mapping[str, Form]) -> None:
    rows = [(form, share(fmean(likeness(of(one), one.rewrite) for one in rewritten))) for form, of in forms.items()]
    caption = (
        f"{name}: {len(rewritten):,} follow-ups beside their stand-alone forms as humans wrote them. Likeness is the F1 of "
        "the words that say something."
    )
    sys.stdout.write(titled(caption, markdown(("", "likeness"), rows)))


def likeness(one: str, other: str) -> float:
    """Return the F1 of the words of two texts that say something, 0 to 1: 1 where they are the same in any order."""
    ours, theirs = (Counter(word.folded for word in telling_words(text, language_of(text))) for text in (one, other))
    return 2 * (ours & theirs).total() / max(1, ours.total() + theirs.total())

"""The best passages to a written answer: drafted by the chat model, each sentence checked, its quotes cut by us."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date

from retrieval import wording
from retrieval.errors import WriterUnavailable
from retrieval.models import Claim, NearArticle, Progress, Quote
from retrieval.quotes import Evidence, cited
from retrieval.stopping import Stop
from retrieval.tasks import Task
from retrieval.writing.chat_model import ChatModel, Usage
from retrieval.writing.draft import DraftReader, DraftSentence
from retrieval.writing.instructions import MOST_SENTENCES
from retrieval.writing.ledger import Budget, Ledger
from retrieval.writing.prompt import PROMPT_VERSION, Prompt, compose
from retrieval.writing.support import Support

logger = logging.getLogger(__name__)

MOST_QUOTED = 6
"""Quotes of a written answer: sentences that would need more are left out."""

_MOST_TOKENS = 700  # of an answer: six sentences take some 200, and some models think aloud first
_ATTEMPTS = 2
_AGAIN = (
    "\n\nYour last answer could not be used: no sentence of it ended in the number of a passage's sentence that says the "
    "same. Write again: short sentences, each with its numbers, such as [1.2], at its end; or NONE."
)

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is to be written, and of what."""

    question: str = field(repr=False)
    """Stand-alone."""
    task: Task
    passages: tuple[tuple[Evidence, ...], ...]
    """The sentences of each passage in reading order, the best passage first."""
    generation: int
    """Of the catalogue that the passages are from."""
    today: date
    asker: str = field(default="", repr=False)
    """Whom the tokens are counted for."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer whose every sentence rests on quotes."""

    claims: tuple[Claim, ...]
    quotes: tuple[Quote, ...]
    left_out: bool
    """Whether the model wrote more than could be borne out."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The model says that the passages do not answer."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """There is no written answer; quotes stand in."""

    notice: str
    """Why, for the reader: one of the sentences of `wording`."""


Outcome = Written | Declined | Unwritten


class Writer:
    """Has answers written, within a budget. Safe to share between threads."""

    def __init__(
        self,
        model: ChatModel,
        support: Support,
        ledger: Ledger,
        budget: Budget,
        *,
        context: int,
        provider: str = "",
    ) -> None:
        """Take the parts.

        Args:
            model: writes.
            support: tells whether quotes bear out what it writes.
            ledger: keeps what was written, closed with the writer.
            budget: says whether there are tokens left.
            context: length of a prompt at most, in tokens.
            provider: to whom questions and passages go, for those who ask.
        """
        self.model = model
        self.ledger = ledger
        self.budget = budget
        self.provider = provider or model.name.partition(":")[0]
        self._support = support
        self._context = context

    def close(self) -> None:
        """End what the model has under way, and close the ledger."""
        self.model.close()
        self.ledger.close()

    def counted(self, asker: str) -> Callable[[Usage], None]:
        """Return what counts the tokens of a call for somebody."""
        return lambda usage: self.budget.count(asker, usage.read + usage.written)

    def write(
        self, assignment: Assignment, *, stop: Stop, on_progress: Callable[[Progress], None] = lambda progress: None
    ) -> Outcome:
        """Write an answer, or say why there is none.

        Args:
            assignment: what is asked, and the passages to answer from.
            stop: ends the model's work at once.
            on_progress: is told what may be shown already: first the articles, then each sentence that has passed.

        Raises:
            Stopped: the answer is not wanted any more.
        """
        marker = secrets.token_hex(8)
        prompt = compose(
            assignment.question,
            assignment.passages,
            assignment.task,
            budget=self._context,
            marker=marker,
            today=assignment.today,
        )
        if not prompt.sentences:
            return Unwritten(wording.UNSUPPORTED)
        key = self._key(prompt, marker)
        page = _Page(assignment, prompt, self._support, on_progress)
        kept = self.ledger.cached(key, assignment.generation)
        if kept is not None:
            return page.copied(kept)
        if not self.budget.left(assignment.asker):
            return Unwritten(wording.BUDGET_SPENT)
        page.show()
        try:
            outcome = self._drafted(assignment, prompt, marker, page, stop)
        except WriterUnavailable as error:
            logger.debug("An answer was not written: %s", error)  # the model has told the log what it is about
            return Unwritten(wording.WRITER_AWAY)
        self.ledger.keep(key, assignment.generation, page.draft())
        return outcome

    def _drafted(self, assignment: Assignment, prompt: Prompt, marker: str, page: _Page, stop: Stop) -> Outcome:
        declined = False
        for attempt in range(_ATTEMPTS):
            user = prompt.user + (_AGAIN if attempt else "")
            reader = DraftReader(prompt.sentences, MOST_SENTENCES[assignment.task.kind], marker=marker)
            self._read(prompt.system, user, reader, page, assignment.asker, stop)
            declined = reader.declined
            if page.claims or declined:
                break
        return page.outcome(declined=declined)

    def _read(self, system: str, user: str, reader: DraftReader, page: _Page, asker: str, stop: Stop) -> None:
        """Put on the page what the model writes, sentence by sentence, until it has written enough."""
        given: list[DraftSentence] = []

        def take(sentences: Iterable[DraftSentence]) -> None:
            for sentence in sentences:
                given.append(sentence)
                page.take(sentence)
            page.retract(given[: reader.retracted])

        cut = False
        pieces = self.model.stream(system, user, stop=stop, most_tokens=_MOST_TOKENS, on_usage=self.counted(asker))
        with closing(pieces):
            for piece in pieces:
                take(reader.feed(piece.text))
                cut = cut or piece.cut
                if reader.done:
                    break
        take(reader.end(cut=cut))
        page.dropped += reader.dropped

    def _key(self, prompt: Prompt, marker: str) -> str:
        """Return what tells a prompt from all others, whatever its marker."""
        texts = (text.replace(marker, "") for text in (prompt.system, prompt.user))
        said = json.dumps([PROMPT_VERSION, self.model.name, *texts])
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class _Page:
    """The answer as it grows."""

    def __init__(
        self, assignment: Assignment, prompt: Prompt, support: Support, on_progress: Callable[[Progress], None]
    ) -> None:
        self.dropped = 0
        self.claims: list[tuple[DraftSentence, bool]] = []
        self._declined = False
        self._assignment = assignment
        self._sentences = prompt.sentences
        self._support = support
        self._on_progress = on_progress
        self._articles = _articles(prompt.sentences.values())

    def show(self) -> None:
        """Tell how far the answer is."""
        claims, _ = self._cited()
        self._on_progress(Progress(self._articles, claims))

    def take(self, sentence: DraftSentence) -> None:
        """Add a sentence if its quotes bear it out and there is room for them."""
        quotes, _ = cited([self._evidence(sentence)])
        known = [text for quote in quotes for text in (quote.text, quote.title, quote.source, quote.author) if text]
        verdict = self._support.judge(
            sentence.text,
            known,
            question=self._assignment.question,
            language=(quotes and self._evidence(sentence)[0].article.language) or None,
            published=[quote.published for quote in quotes if quote.published],
        )
        grown = [*self.claims, (sentence, verdict == "supported")]
        if verdict == "unsupported" or _only_heads(sentence.text, quotes) or len(self._cited(grown)[1]) > MOST_QUOTED:
            self.dropped += 1
            return
        self.claims = grown
        self.show()

    def retract(self, sentences: Sequence[DraftSentence]) -> None:
        """Take sentences away that have turned out to be no part of the answer."""
        kept = [(sentence, supported) for sentence, supported in self.claims if sentence not in sentences]
        if len(kept) < len(self.claims):
            self.claims = kept
            self.show()

    def outcome(self, *, declined: bool) -> Outcome:
        """Return what has become of the answer."""
        self._declined = declined and not self.claims
        if self.claims:
            claims, quotes = self._cited()
            return Written(claims, quotes, left_out=self.dropped > 0)
        return Declined() if declined else Unwritten(wording.UNSUPPORTED)

    def draft(self) -> str:
        """Return the answer as it is kept: sentences and the ids that they rest on, no quote."""
        sentences = [[sentence.text, list(sentence.ids)] for sentence, _ in self.claims]
        return json.dumps({"sentences": sentences, "dropped": self.dropped, "declined": self._declined})

    def copied(self, draft: str) -> Outcome:
        """Return the answer of a draft that was kept for the same prompt; it is checked as if it were new."""
        kept = json.loads(draft)
        for text, ids in kept["sentences"]:
            self.take(DraftSentence(text, tuple(ids)))
        self.dropped += kept["dropped"]
        return self.outcome(declined=kept["declined"])

    def _evidence(self, sentence: DraftSentence) -> tuple[Evidence, ...]:
        return tuple(self._sentences[id_] for id_ in sentence.ids)

    def _cited(
        self, claims: Sequence[tuple[DraftSentence, bool]] | None = None
    ) -> tuple[tuple[Claim, ...], tuple[Quote, ...]]:
        taken = self.claims if claims is None else claims
        quotes, numbers = cited([self._evidence(sentence) for sentence, _ in taken], self._assignment.question)
        return tuple(
            Claim(sentence.text, of, supported) for (sentence, supported), of in zip(taken, numbers, strict=True)
        ), quotes


def _only_heads(claim: str, quotes: Iterable[Quote]) -> bool:
    """Tell whether a claim says no more than what stands above its quotes: title, source, author and date."""
    heads = (
        part
        for quote in quotes
        for part in (quote.title, wording.origin(quote.source, quote.author, quote.published), quote.published or "")
    )
    return set(_words(claim)) <= set(_words(" ".join(heads)))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _articles(sentences: Iterable[Evidence]) -> tuple[NearArticle, ...]:
    """Return the articles of some sentences, each once."""
    articles = {sentence.article.id: sentence.article for sentence in sentences}
    return tuple(NearArticle(a.id, a.title, a.published, a.url, a.published_guessed) for a in articles.values())

"""The evidence for what is not one fact: each source's best sentence, what happened by date, an article in short."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from retrieval import wording
from retrieval.catalog import Catalog
from retrieval.clarifying import MOST_CHOICES, about
from retrieval.evidence import MOST_LISTED, Weighed, consider
from retrieval.models import ArticleEntry, Focus, Located, Question, QuestionVectors
from retrieval.search import PassageRetriever
from retrieval.snapshot import Snapshot
from retrieval.summing_up import in_hand, in_short, titled
from retrieval.tasks import Task
from retrieval.timelines import by_date, published_on, within
from retrieval.topics import OnTopic, Saying, in_turns, on_topic, weighed

MOST_TOLD = 5
"""Quotes of a comparison or a timeline, unless the reader wants more."""
ROOM = 2_000
"""Characters of the quotes of what is gathered, beyond which none is added."""

_CANDIDATES = 30  # passages that are read: for one fact 12 do, but of several articles each has some


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a task is told with."""

    weighed: Weighed = field(default_factory=Weighed)
    """`chosen` in the order in which it is to be told."""
    notices: tuple[str, ...] = ()
    """What the reader should know of it: sentences of `wording`."""
    choices: tuple[str, ...] = ()
    """Questions to choose from where it is not clear which article is meant; then there is nothing else."""


class Gatherer:
    """Gathers evidence for comparisons, timelines and summaries. Safe to share between threads."""

    def __init__(
        self,
        catalog: Catalog,
        retriever: PassageRetriever,
        encode: Callable[[str], QuestionVectors],
        knows: Callable[[str], float] = lambda language: 1.0,
    ) -> None:
        """Take the parts of the chain; they stay the caller's."""
        self._catalog = catalog
        self._retriever = retriever.model_copy(update={"k": _CANDIDATES})
        self._encode = encode
        self._knows = knows

    def gather(self, task: Task, question: Question) -> Gathered | None:
        """Return what to tell, or None where the question is best answered as any other.

        That is so for every task of kind `answer`, where the articles have nothing on the topic, and for what happened in a
        period of which no article is, where none or only undated ones are on the topic.
        """
        if task.kind == "answer":
            return None
        with self._catalog.snapshot() as snapshot:
            if task.kind == "compare":
                return self._compared(task, question, snapshot)
            if task.kind == "timeline":
                return self._by_date(task, question, snapshot)
            return self._in_short(task, question, snapshot)

    def _found(self, topic: str, focus: Focus, question: Question, snapshot: Snapshot) -> OnTopic:
        documents = self._retriever.invoke(topic, focus=focus, today=question.asked_on, also=question.cited)
        considered = consider(topic, self._encode(topic), documents, snapshot, self._knows)
        return OnTopic() if considered is None else on_topic(considered)

    # Sources compared

    def _compared(self, task: Task, question: Question, snapshot: Snapshot) -> Gathered | None:
        """Tell what each source says, or each article where the sources are not known."""
        found = self._found(task.topic, question.focus, question, snapshot) if task.topic else OnTopic()
        if not found.answered:
            return None
        sources = set(map(_source, found.sayings))
        told = in_turns(found.sayings, _source if len(sources) > 1 else _article, _most(question))
        return Gathered(weighed(told, found), (wording.ONE_SOURCE,) if len(sources) == 1 else ())

    # What happened when

    def _by_date(self, task: Task, question: Question, snapshot: Snapshot) -> Gathered | None:
        inside = within(question.focus, task)
        if not task.topic:
            told, found = _headlines(snapshot.entries(inside), snapshot, _most(question))
            return Gathered(weighed(told, found)) if told and inside != question.focus else None
        for focus in dict.fromkeys((inside, question.focus)):
            found = self._found(task.topic, focus, question, snapshot)
            told = by_date(found.sayings, task, _most(question)) if found.answered else []
            if told:
                return Gathered(weighed(told, found))
        dated = any(published_on(saying.evidence.article) for saying in found.sayings)
        if found.answered and dated:
            return Gathered(Weighed(near=found.near, confidence=found.confidence), (wording.OUTSIDE_PERIOD,))
        return None  # an encyclopaedia tells of years that no sentence on the topic names

    # In short

    def _in_short(self, task: Task, question: Question, snapshot: Snapshot) -> Gathered | None:
        if not task.topic:
            entry = in_hand(snapshot, question.focus, question.cited)
            if entry is None:
                return Gathered(choices=_choices(_newest(snapshot, question.focus), question))
            return _key_sentences(entry, snapshot, question)
        named = titled(task.topic, snapshot, question.focus, in_words=bool(task.title))
        if len(named) == 1:
            return _key_sentences(named[0], snapshot, question)
        if named and task.title:
            return Gathered(choices=_choices(named[:MOST_CHOICES], question))
        return self._topic_in_short(task, question, snapshot)

    def _topic_in_short(self, task: Task, question: Question, snapshot: Snapshot) -> Gathered | None:
        """Tell the most telling sentences article by article, of a single article its key sentences."""
        found = self._found(task.topic, question.focus, question, snapshot)
        if task.title and not found.answered:
            return Gathered(Weighed(near=found.near, confidence=found.confidence), (wording.NO_SUCH_ARTICLE,))
        if task.title or not found.answered:
            return None  # the title is of something that the articles speak of
        articles = list(dict.fromkeys(map(_article, found.sayings)))
        entry = snapshot.entry_of(articles[0]) if len(articles) == 1 else None
        if entry is not None:
            return _key_sentences(entry, snapshot, question)
        told = in_turns(found.sayings, _article, _most(question))
        told.sort(key=lambda saying: (articles.index(_article(saying)), saying.evidence.span.start))
        return Gathered(weighed(told, found))


def listing_also(gathered: Weighed, weighed: Weighed) -> Weighed:
    """Return what was gathered, and in its lists, as far as there is room, what the question itself finds.

    An answer lists ten passages and ten sentences, whatever it was told with.
    """
    return replace(
        gathered,
        passages=_best(gathered.passages, weighed.passages),
        sentences=_best(gathered.sentences, weighed.sentences),
        near=tuple(dict.fromkeys((*gathered.near, *weighed.near))),
    )


def _best(first: tuple[Located, ...], others: tuple[Located, ...]) -> tuple[Located, ...]:
    places = {(item.article_id, item.start): item for item in (*others, *first)}
    room = MOST_LISTED - len(first)
    further = [item for item in places.values() if item not in first][: max(room, 0)]
    return tuple(sorted((*first, *further), key=lambda item: -item.score))


def _most(question: Question) -> int:
    return max(question.most_quotes, MOST_TOLD)


def _source(saying: Saying) -> str:
    return saying.evidence.article.source or saying.evidence.article.id


def _article(saying: Saying) -> str:
    return saying.evidence.article.id


def _headlines(entries: Sequence[ArticleEntry], snapshot: Snapshot, most: int) -> tuple[list[Saying], OnTopic]:
    """Return the key sentence of each article, the oldest first; of too many articles, of some from the whole period."""
    oldest_first = entries[::-1]
    steps = min(most, len(oldest_first))
    some = [oldest_first[round(n * (len(oldest_first) - 1) / max(1, steps - 1))] for n in range(steps)]
    told = in_turns((saying for entry in some for saying in in_short(entry, snapshot, 1)[0]), _article, most)
    return told, OnTopic(tuple(told), tuple(saying.passage.id for saying in told), 1.0, bool(told))


def _key_sentences(entry: ArticleEntry, snapshot: Snapshot, question: Question) -> Gathered | None:
    told, found = in_short(entry, snapshot, question.most_quotes)
    return Gathered(weighed(told, found)) if told else None


def _newest(snapshot: Snapshot, focus: Focus) -> list[ArticleEntry]:
    newest = snapshot.entries(focus) if focus != Focus() else []
    return newest[:MOST_CHOICES] or snapshot.newest_entries(0, MOST_CHOICES)


def _choices(entries: Sequence[ArticleEntry], question: Question) -> tuple[str, ...]:
    return tuple(dict.fromkeys(about(entry.title, question.text) for entry in entries))

"""What an article, a question and an answer are: frozen dataclasses, standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from retrieval import remarks

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


Status = Literal["answered", "not_found", "clarify", "chat", "error"]
Mode = Literal["quotes", "written"]
Identity = Literal["given", "url", "path"]
"""Where an article's id comes from: given with it, its canonical URL, or its resolved path."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it is kept: `text` is canonical, and every offset anywhere is a code point index into it."""

    id: str
    text: str
    title: str
    url: str | None = None
    published: str | None = None
    """ISO 8601 date or date and time, as in `2026-03-01` or `2026-03-01T08:00:00+00:00`."""
    author: str | None = None
    source: str | None = None
    language: str | None = None
    """BCP 47 primary subtag in lower case, as in `en`."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """All that came with the article besides, as JSON values; what Citegram reads of it is in `remarks`."""

    @property
    def published_guessed(self) -> bool:
        """Whether `published` is a guess."""
        return remarks.is_guessed(self.metadata)

    @property
    def gone_since(self) -> str | None:
        """Day, ISO 8601, since which the article is no longer where it came from; None as long as it is."""
        return remarks.gone_since(self.metadata)

    def pages_of(self, span: Span) -> tuple[int, int] | None:
        """Return the first and the last page, from 1, that a part of the text stands on; None without pages."""
        return remarks.pages_between(remarks.page_starts(self.metadata, len(self.text)), span.start, span.end)


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with what the catalogue knows about it."""

    article: Article
    key: int
    """The catalogue's own number for it, never used twice."""
    version: int
    hash: str
    """Hex SHA-256 of title and text: what, when changed, makes a new version."""
    passages: int


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points, `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences: `sentences` lie inside the span; the passages of an article tile its text."""

    start: int
    end: int
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """What one pass of the encoder gives for a passage."""

    passage: npt.NDArray[np.float32]
    """Shape (dimensions,), unit length."""
    tokens: npt.NDArray[np.uint8]
    """The token vectors of title and text in order, as `late_interaction.pack` makes them: shape (tokens, bytes)."""
    counts: npt.NDArray[np.uint16]
    """How many of the tokens are the title's, and how many each sentence's: shape (1 + sentences,)."""


@dataclass(frozen=True, slots=True)
class QuestionVectors:
    """What one pass of the encoder gives for a question."""

    mean: npt.NDArray[np.float32]
    """What is compared with passage vectors: shape (dimensions,), unit length."""
    tokens: npt.NDArray[np.float32]
    """Token vectors as `late_interaction.rotated` makes them: shape (tokens, bits), unit length."""
    spans: tuple[Span, ...]
    """Where each token stands in the question."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A passage as the vector index keeps it."""

    id: int
    article: int
    """Key of its article in the catalogue."""
    vector: npt.NDArray[np.float32]
    """Shape (dimensions,), unit length."""
    text: str
    metadata: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Focus:
    """What part of the articles a question is asked of; every condition that is given holds."""

    article_id: str | None = None
    source: str | None = None
    """Name of the source as the articles have it."""
    from_: str | None = None
    """First day of publication, ISO 8601; articles without a date are not within any period."""
    to: str | None = None
    """Last day of publication, included."""


MOST_QUOTES = 3
"""Quotes in an answer, unless the reader wants another number."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks, with the conversation before it and, in batches, the day to take as today."""

    text: str = field(repr=False)
    """Like all that people write it stays out of the representation, which ends up in errors and logs."""
    history: tuple[Turn, ...] = ()
    asked_on: date | None = None
    id: str | int | None = None
    focus: Focus = Focus()
    most_quotes: int = MOST_QUOTES
    """At most so many quotes, at least 1; a comparison or a timeline may have more (`gathering.MOST_TOLD`)."""
    cited: tuple[Place, ...] = ()
    """Where the quotes of the answer before stand: their passages stay candidates of a follow-up."""
    written: bool = True
    """Whether a chat model, where there is one, may write the answer."""
    asker: str = field(default="", repr=False)
    """Whom the chat model's tokens are counted for; empty for nobody in particular."""


@dataclass(frozen=True, slots=True)
class Located:
    """Text that stands in an article: `text` is the slice `start:end` of the article's canonical text."""

    text: str
    article_id: str
    title: str
    url: str | None
    source: str | None
    author: str | None
    published: str | None
    start: int
    end: int
    score: float
    version: int
    """Version of the article that the offsets are of."""
    page: int | None = field(default=None, kw_only=True)
    """Page that it begins on, from 1; None for an article without pages."""
    last_page: int | None = field(default=None, kw_only=True)
    """Page that it ends on."""
    published_guessed: bool = field(default=False, kw_only=True)
    gone_since: str | None = field(default=None, kw_only=True)
    """As the article has them."""

    @property
    def pages(self) -> tuple[int, int] | None:
        """First and last page, from 1; None for an article without pages."""
        return None if self.page is None or self.last_page is None else (self.page, self.last_page)

    @property
    def place(self) -> Place:
        """Where the text stands, without the text."""
        return Place(self.article_id, self.version, self.start, self.end, self.score)


@dataclass(frozen=True, slots=True)
class Place:
    """A range of code points in one version of an article: what is kept of a quote, from which it can be cut again."""

    article_id: str
    version: int
    start: int
    end: int
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Quote(Located):
    """A verified citation. Only `quotes.py` makes one, by cutting it from the stored article."""

    n: int
    """Number of the quote in its answer, from 1."""
    marks: tuple[Span, ...] = ()
    """The words that answer, where that is certain: offsets into the article's text, in order, inside the quote."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a written answer with the numbers of the quotes that it rests on."""

    text: str
    quotes: tuple[int, ...]
    supported: bool


@dataclass(frozen=True, slots=True)
class NearArticle:
    """An article near to a question that the articles do not answer."""

    article_id: str
    title: str
    published: str | None
    url: str | None = None
    published_guessed: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer has been written: what may be shown of it already."""

    articles: tuple[NearArticle, ...]
    """What it is written from, the most relevant first."""
    claims: tuple[Claim, ...] = ()
    """The sentences so far, each checked against the quotes that it rests on."""


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """An article in a listing, without its text."""

    key: int
    """The number readers call it by, never used twice."""
    id: str
    version: int
    title: str
    url: str | None
    source: str | None
    author: str | None
    published: str | None
    language: str | None
    published_guessed: bool = False
    gone_since: str | None = None
    """As `Article` has them; left out where entries are not for readers."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of a list of articles, and how long the whole list is."""

    entries: tuple[ArticleEntry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """How much there is of a source, and of when; `name` is None for the articles that name none."""

    name: str | None
    articles: int
    period: Period


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a place cannot be shown any more: its article was removed, or has changed since and is now `entry`."""

    reason: Literal["removed", "changed"]
    entry: ArticleEntry | None = None


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where words stand in the articles: a part of all the places, the newest articles first."""

    quotes: tuple[Quote, ...]
    """The sentences, or the several sentences, in which the words stand; `n` counts from 1 over the whole list."""
    marks: tuple[Span, ...]
    """Of each quote the words themselves, as offsets into the article's text."""
    total: int


@dataclass(frozen=True, slots=True)
class Period:
    """The first and the last day of publication in the catalogue, ISO 8601 dates; None where no article has a date."""

    from_: str | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogSummary:
    """What the catalogue holds, for greetings and `stats`."""

    articles: int
    passages: int
    sources: tuple[str, ...]
    period: Period
    data_dir: str
    examples: tuple[str, ...]
    """Titles of the latest articles."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back for a question, whatever happened: every field is always there, empty or None when unused."""

    status: Status
    text: str
    """The whole answer as plain text, as the console prints it."""
    question: str = field(repr=False)
    id: str | int | None = None
    mode: Mode = "quotes"
    quotes: tuple[Quote, ...] = ()
    claims: tuple[Claim, ...] = ()
    passages: tuple[Located, ...] = ()
    sentences: tuple[Located, ...] = ()
    nearest: tuple[NearArticle, ...] = ()
    period: Period = Period()
    choices: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    confidence: float = 0.0
    """Estimate, 0 to 1, that the quotes answer the question; also given when the answer was refused."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds by step, and `total`."""
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the answer as the JSON object of `ask --json`."""
        fields = asdict(self)
        fields["period"] = {"from": self.period.from_, "to": self.period.to}
        return {name: fields[name] for name in _JSON_ORDER}


_JSON_ORDER = (
    "id", "status", "mode", "text", "question", "quotes", "claims", "passages", "sentences", "nearest", "period",
    "choices", "notices", "confidence", "timings", "error",
)  # fmt: skip

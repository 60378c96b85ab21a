"""An article to all that is stored for it: passages, terms and vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.chunking import MOST_CHARACTERS, passages, title_for_encoder
from retrieval.catalog_rows import EncodedPassage
from retrieval.encoder import Encoder, PassageInput
from retrieval.lexical import passage_terms
from retrieval.models import Article, Passage, PassageVectors, Span


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article cut into passages and ready for the encoder."""

    article: Article
    passages: tuple[Passage, ...]
    terms: tuple[tuple[tuple[str, ...], ...], ...]
    """Of each passage those of the title and of each sentence."""
    inputs: tuple[PassageInput, ...]

    def with_vectors(self, vectors: Sequence[PassageVectors]) -> list[EncodedPassage]:
        """Join the passages with what the encoder made of `inputs`."""
        return [
            EncodedPassage(passage, terms_, vectors_)
            for passage, terms_, vectors_ in zip(self.passages, self.terms, vectors, strict=True)
        ]


def prepare(article: Article, encoder: Encoder, most_characters: int = MOST_CHARACTERS) -> Prepared:
    """Cut an article into passages: pieces of the encoder's window, each to be read together with the title.

    `most_characters` is how long a passage may be that is more than one sentence.
    """
    title = title_for_encoder(article.title, encoder.count_pieces, encoder.window)
    budget = encoder.window - encoder.count_pieces([title + "\n"])[0]
    cut = passages(article, encoder.count_pieces, budget, most_characters)
    return Prepared(
        article=article,
        passages=tuple(cut),
        terms=tuple(passage_terms(article, p.sentences) for p in cut),
        inputs=tuple(
            PassageInput(
                title=title,
                text=article.text[p.start : p.end].rstrip(),
                sentences=tuple(Span(s.start - p.start, s.end - p.start) for s in p.sentences),
            )
            for p in cut
        ),
    )

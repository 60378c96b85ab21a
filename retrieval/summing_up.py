"""An article in short: which one is meant, and the sentences that tell what it is about."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.evidence import MOST_LISTED, sentences_of
from retrieval.folding import sought
from retrieval.key_sentences import key_sentences
from retrieval.lexical import question_terms, terms
from retrieval.models import ArticleEntry, Focus, Place
from retrieval.snapshot import Snapshot
from retrieval.topics import OnTopic, Saying

_MOST_PASSAGES = 200  # of an article, read for its key sentences: some 40,000 words


def titled(title: str, snapshot: Snapshot, focus: Focus, *, in_words: bool) -> list[ArticleEntry]:
    """Return the articles that a title means, newest first; of several with the very same title, the newest.

    Args:
        title: as it was typed; one that was cut ends in `…`.
        snapshot: the catalogue.
        focus: where to look.
        in_words: whether its beginning, or words of it in any form, will do: `the flood`.
    """
    entries = snapshot.entries(focus)
    wanted = sought(title).rstrip("… .")
    if not wanted:
        return []
    folded = [(entry, sought(entry.title).rstrip("… .")) for entry in entries]
    same = [entry for entry, name in folded if name == wanted]
    if same or not in_words:
        return same[:1]
    begun = [entry for entry, name in folded if name.startswith(wanted)]
    return begun or [entry for entry in entries if _has_words(entry, title)]


def in_hand(snapshot: Snapshot, focus: Focus, cited: Sequence[Place]) -> ArticleEntry | None:
    """Return the article that `this article` means: the one in focus, that of the last quotes, or the only one."""
    for article_id in filter(None, (focus.article_id, *(place.article_id for place in cited[:1]))):
        entry = snapshot.entry_of(article_id)
        if entry is not None:
            return entry
    entries = snapshot.entries(focus) if snapshot.article_count() == 1 or focus != Focus() else []
    return entries[0] if len(entries) == 1 else None


def in_short(entry: ArticleEntry, snapshot: Snapshot, most: int) -> tuple[list[Saying], OnTopic]:
    """Return at most so many key sentences of an article in reading order, and beside them more of the kind."""
    passages = snapshot.passages_of(entry.key, _MOST_PASSAGES)
    sayings = {
        item.span: Saying(item, passage)
        for passage in passages
        if len(passage.tokens)
        for item in sentences_of(passage)
    }
    told = [sayings[span] for span in key_sentences(passages, most)]
    more = [sayings[span] for span in key_sentences(passages, max(most, MOST_LISTED))]
    return told, OnTopic(tuple(more), tuple(passage.id for passage in passages), 1.0, bool(told))


def _has_words(entry: ArticleEntry, title: str) -> bool:
    languages = [entry.language] if entry.language else []
    held = frozenset(terms(entry.title, entry.language))
    groups = question_terms(title, languages)
    return bool(groups) and all(not held.isdisjoint(group) for group in groups)

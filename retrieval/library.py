"""What readers look up in the catalogue: lists of articles, one article, a place in it, exact words."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence

from retrieval.catalog import Catalog
from retrieval.folding import sought
from retrieval.key_sentences import key_sentences
from retrieval.listing import matches
from retrieval.models import (
    ArticleEntry,
    Focus,
    Gone,
    Listing,
    Occurrences,
    Place,
    Quote,
    SourceSummary,
    StoredArticle,
)
from retrieval.occurrences import occurrences
from retrieval.quotes import quote_at
from retrieval.snapshot import Snapshot

_EVERY_ARTICLE = Focus()
_KEYS = range(1, 1 << 43)  # what a key can be: passages are numbered by 2**20 times it, in 63 bits
_MOST_PASSAGES = 200  # of an article, read for its key sentences: some 40,000 words
_MOST_NAMES = 5  # sources that a misspelt name may stand for
_LONGEST_NAME = 200


class Library:
    """Looks things up in a catalogue, each time as it is at one moment. Safe to share between threads."""

    def __init__(self, catalog: Catalog) -> None:
        """Take the catalogue, which stays the caller's to close."""
        self._catalog = catalog

    def find(self, words: str = "", *, offset: int = 0, limit: int = 8) -> Listing:
        """Return a part of the articles that fit all the words, newest first; all articles where there are no words.

        A word fits when it stands anywhere in title, source or author, folded, or is a date that the article is of:
        `2025`, `2025-03`, `2025-03-04`, or two of these as in `2025-03..2025-05`, both included; one may be left out.
        """
        wanted = sought(unicodedata.normalize("NFC", words)).split()
        offset, limit = max(offset, 0), max(limit, 0)
        with self._catalog.snapshot() as snapshot:
            if not wanted:
                newest = snapshot.newest_entries(offset, limit)
                return Listing(tuple(snapshot.for_readers(newest)), snapshot.article_count())
            found = [entry for entry in snapshot.entries() if matches(entry, wanted)]
            return Listing(tuple(snapshot.for_readers(found[offset : offset + limit])), len(found))

    def sources(self) -> tuple[SourceSummary, ...]:
        """Return all sources, those with most articles first, the articles that name none last."""
        with self._catalog.snapshot() as snapshot:
            found = snapshot.source_summaries()
        return tuple(sorted(found, key=lambda source: (source.name is None, -source.articles, source.name)))

    def entry(self, key: int) -> ArticleEntry | None:
        """Return what is known of the article of a number, or None."""
        with self._catalog.snapshot() as snapshot:
            return _entry(snapshot, key)

    def entry_of(self, article_id: str) -> ArticleEntry | None:
        """Return what is known of the article of an id, or None."""
        with self._catalog.snapshot() as snapshot:
            return _entry_of(snapshot, article_id)

    def article(self, key: int) -> StoredArticle | None:
        """Return the article of a number with its text, or None."""
        with self._catalog.snapshot() as snapshot:
            entry = _entry(snapshot, key)
            return None if entry is None else snapshot.article(entry.id)

    def key_sentences(self, key: int, n: int = 3) -> tuple[Quote, ...]:
        """Return at most `n` sentences that tell what an article is about, in reading order; none if it is not there."""
        with self._catalog.snapshot() as snapshot:
            entry = _entry(snapshot, key)
            stored = None if entry is None else snapshot.article(entry.id)
            if stored is None:
                return ()
            spans = key_sentences(snapshot.passages_of(key, _MOST_PASSAGES), n)
        places = (Place(stored.article.id, stored.version, span.start, span.end) for span in spans)
        return tuple(quote_at(stored, place, number) for number, place in enumerate(places, 1))

    def look_up(self, place: Place) -> StoredArticle | Gone:
        """Return the article that a place is in, or why the place cannot be shown any more."""
        with self._catalog.snapshot() as snapshot:
            return _look_up(snapshot, place)

    def quotes(self, places: Sequence[Place], first: int = 1) -> tuple[Quote | Gone, ...]:
        """Cut quotes anew at places that were kept, in their order and numbered from `first`, those that are gone too."""
        articles: dict[tuple[str, int], StoredArticle | Gone] = {}
        shown: list[Quote | Gone] = []
        with self._catalog.snapshot() as snapshot:
            for n, place in enumerate(places, first):
                of = (place.article_id, place.version)
                stored = articles[of] if of in articles else articles.setdefault(of, _look_up(snapshot, place))
                shown.append(stored if isinstance(stored, Gone) else quote_at(stored, place, n))
        return tuple(shown)

    def occurrences(self, words: str, *, offset: int = 0, limit: int = 5, focus: Focus = _EVERY_ARTICLE) -> Occurrences:
        """Return a part of the places where words stand in the articles of a focus, those of the newest articles first.

        Words are compared folded. Only where they stand nowhere as whole words, they are looked for inside longer ones.
        """
        with self._catalog.snapshot() as snapshot:
            return occurrences(snapshot, words, max(offset, 0), max(limit, 0), focus)

    def matching_sources(self, name: str) -> tuple[str, ...]:
        """Return the sources that a name may mean: the one of that name, else those that contain it, else similar ones.

        At most 5: those with most articles first, similar ones by their likeness.
        """
        wanted = sought(unicodedata.normalize("NFC", name))[:_LONGEST_NAME]
        names = [source.name for source in self.sources() if source.name is not None]
        if not wanted:
            return ()
        folded = {name: sought(name) for name in names}
        same = [name for name in names if folded[name] == wanted]
        if same:
            return (name,) if name in same else tuple(same[:_MOST_NAMES])
        containing = [name for name in names if wanted in folded[name]]
        if containing:
            return tuple(containing[:_MOST_NAMES])
        alike = difflib.get_close_matches(wanted, dict.fromkeys(folded.values()), _MOST_NAMES)
        return tuple(name for form in alike for name in names if folded[name] == form)[:_MOST_NAMES]


def _entry(snapshot: Snapshot, key: int) -> ArticleEntry | None:
    return snapshot.entry(key) if key in _KEYS else None


def _entry_of(snapshot: Snapshot, article_id: str) -> ArticleEntry | None:
    """Return the entry of an id, which may be anything that a reader has typed."""
    try:
        article_id.encode()
    except UnicodeEncodeError:  # half a surrogate pair: no article has such an id, and the database takes none
        return None
    return snapshot.entry_of(article_id)


def _look_up(snapshot: Snapshot, place: Place) -> StoredArticle | Gone:
    entry = _entry_of(snapshot, place.article_id)
    if entry is None:
        return Gone("removed")
    if entry.version != place.version:
        return Gone("changed", entry)
    stored = snapshot.article(place.article_id)
    return Gone("removed") if stored is None else stored

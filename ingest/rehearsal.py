"""A run that stores nothing: every article is read and compared with what is in the catalogue."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from dataclasses import replace

from ingest.identity import resolve
from ingest.pipeline import Done, Kind
from ingest.progress import Reporter
from ingest.sources.draft import Draft
from retrieval.catalog import Catalog
from retrieval.catalog_rows import Known, content_hash, record_hash
from retrieval.models import Article


def rehearse(catalog: Catalog, drafts: Iterable[Draft], reporter: Reporter) -> int:
    """Tell of each article what ingesting it would do; no model is loaded.

    Return 0, 1 when anything failed, or 128 and the signal that stopped it.
    """
    try:
        for draft in drafts:
            reporter.done(rehearsed(catalog, draft))
    except (KeyboardInterrupt, SystemExit) as stop:  # Ctrl-C and SIGTERM
        reporter.summary.stopped = True
        return stop.code if isinstance(stop, SystemExit) and isinstance(stop.code, int) else 128 + signal.SIGINT
    return 1 if reporter.summary.failed else 0


def rehearsed(catalog: Catalog, draft: Draft) -> Done:
    """Return what ingesting an article would do."""
    article, known = resolve(catalog, draft)
    return Done(
        _kind(article, known), draft.name, article.id, notices=draft.notices, size=draft.size, origin=draft.origin
    )


def _kind(article: Article, known: Known | None) -> Kind:
    if known is None:
        return "new"
    described = replace(article, language=article.language or known.language)  # which the catalogue has found out
    same = known.hash == content_hash(article) and known.record_hash == record_hash(described)
    return "unchanged" if same else "updated"

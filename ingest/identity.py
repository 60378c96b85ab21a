"""Which article in the catalogue a draft is: the id it came with, its address, or its file, also after a move."""

from __future__ import annotations

import os
from dataclasses import replace

from ingest.sources.draft import Draft
from retrieval.catalog import Catalog, file_of
from retrieval.catalog_rows import Known, content_hash
from retrieval.models import Article


def resolve(catalog: Catalog, draft: Draft) -> tuple[Article, Known | None]:
    """Return the draft's article under the id it is kept by, and what is kept under it so far."""
    article = draft.article
    if draft.identity != "path":
        return article, catalog.known(article.id)
    known = (
        catalog.at_origin(draft.origin)
        or _free(catalog.known(article.id), draft)
        or catalog.moved(content_hash(article))
    )
    if known is not None:
        return replace(article, id=known.id), known
    return replace(article, id=_unused(catalog, article.id)), None


def _free(known: Known | None, draft: Draft) -> Known | None:
    """Return what is kept under a path, unless that article has since moved to a file that is still there."""
    if known is None or known.identity != "path" or known.origin == draft.origin:
        return known
    return None if os.path.exists(file_of(known.origin)) else known


def _unused(catalog: Catalog, article_id: str) -> str:
    candidate, n = article_id, 1
    while catalog.known(candidate) is not None:
        n += 1
        candidate = f"{article_id}#{n}"
    return candidate

"""Removing articles with every trace: from the catalogue, and from the vector index's files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.catalog import Catalog
from retrieval.errors import CatalogError, IndexUnavailable
from retrieval.index import VectorIndex
from retrieval.index_sync import drain, rebuild

_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of the articles that were to go."""

    removed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    trouble: str = ""
    """What could not be done, in a sentence or two; empty when all went well."""
    traces_left: bool = False
    """Whether the catalogue's files or the vector index may still hold text of what was removed."""


def remove_articles(catalog: Catalog, index: VectorIndex, ids: Sequence[str]) -> Removal:
    """Remove articles and return what became of each.

    Chroma keeps deleted texts in its queue and in free pages of its database (measured: vacuuming it does not help), so
    the index is emptied and filled again from the catalogue: some 1 ms a passage. It is emptied *first*: a removal that
    is killed half way leaves no index that still has what the catalogue has not.
    """
    wanted = tuple(dict.fromkeys(ids))
    removed: list[str] = []
    if not any(catalog.known(article_id) for article_id in wanted):
        return Removal(unknown=wanted)

    left_behind = ""

    def take_out() -> None:
        nonlocal left_behind
        removed.extend(article_id for article_id in wanted if catalog.remove(article_id))
        try:
            catalog.forget_removed()
        except CatalogError as error:
            left_behind = str(error)

    trouble, emptied = "", True
    try:
        rebuild(catalog, index, wait=_WAIT_SECONDS, once_empty=take_out)
        drain(catalog, index, wait=_WAIT_SECONDS)
    except IndexUnavailable as error:
        emptied = bool(removed)
        if emptied:
            trouble = f"{error} The vector index is filled again later."
        else:
            take_out()
            trouble = (
                f"{error} No answer quotes what was removed, but the vector index may still hold its text: run "
                "`citegram-ingest reindex` when it can be reached."
            )
    unknown = tuple(article_id for article_id in wanted if article_id not in removed)
    troubles = " ".join(filter(None, (left_behind, trouble)))
    return Removal(tuple(removed), unknown, troubles, traces_left=bool(left_behind) or not emptied)

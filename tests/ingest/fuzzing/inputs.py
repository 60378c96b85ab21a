"""What each seam is given: damaged documents, pieces of them in any order, and any bytes."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.ingest.fuzzing.damage import damaged, rezipped, soup
from tests.ingest.fuzzing.markup import HTML, PIECES, STRUCTURED, XML, declaring
from tests.ingest.fuzzing.seeds import DOCX, EPUB, SEEDS

_PAGES = soup(HTML) | STRUCTURED.map(declaring)
_BYTES = st.binary(max_size=300)
_MORE: dict[str, st.SearchStrategy[bytes]] = {
    "html": _PAGES, "page": _PAGES, "links": _PAGES, "feed": soup(XML), "sitemap": soup(XML),
    "epub": rezipped(EPUB, PIECES["epub"]), "docx": rezipped(DOCX, PIECES["docx"]),
}  # fmt: skip

INPUTS: dict[str, st.SearchStrategy[bytes]] = {
    name: damaged(seeds, PIECES.get(name, ())) | _MORE.get(name, _BYTES) for name, seeds in SEEDS.items()
}
"""By the name of the seam."""

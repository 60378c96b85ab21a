"""Tag characters: letters that nobody sees and language models read, taken out of what documents give."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from itertools import accumulate
from typing import Any

from ingest.documents.part import Part
from ingest.sources.draft import Found

PAGES = "pages"
"""The key in the metadata under which it stands where in the text each page begins."""

# A flag of a region is a black flag with the region's name in tags (Unicode Technical Standard 51, unicode_subdivision_id
# of 3 to 7 letters and digits): longer ones are no names.
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,7}\U000e007f"
_TAG = "[\U000e0000-\U000e007f]"
_ANY = re.compile(_TAG)
# A line that holds nothing else goes with its end.
_UNSEEN = re.compile(rf"(?P<flag>{_FLAG})|^[ \t]*{_TAG}+[ \t]*(?:\n+|\Z)|{_TAG}+", re.MULTILINE)


def without_unseen(part: Part) -> Part:
    """Return a part without tag characters in its text and fields, but for those that make a flag of a region.

    The beginnings of pages move with the text.
    """
    found = part.found
    strings = (part.problem, found.text, *found.fields.values(), *found.metadata.values(), *found.notices)
    if not any(isinstance(text, str) and _ANY.search(text) for text in strings):
        return part
    metadata = {key: _seen(value) for key, value in found.metadata.items()}
    if isinstance(begins := metadata.get(PAGES), list):
        metadata[PAGES] = _moved(begins, found.text)
    fields = {key: _seen(value) for key, value in found.fields.items()}
    seen = Found(without_tags(found.text), fields, metadata, tuple(map(without_tags, found.notices)))
    return replace(part, found=seen, problem=without_tags(part.problem))


def without_tags(text: str) -> str:
    """Return a text without tag characters, but for those that make a flag of a region."""
    return _UNSEEN.sub(lambda match: match["flag"] or "", text) if _ANY.search(text) else text


def _seen(value: Any) -> Any:
    return without_tags(value) if isinstance(value, str) else value


def _moved(begins: list[Any], text: str) -> list[Any]:
    """Return places in a text as they are when its tag characters have gone."""
    gone = [match.span() for match in _UNSEEN.finditer(text) if not match["flag"]]
    before = list(accumulate((end - start for start, end in gone), initial=0))

    def moved(place: int) -> int:
        count = bisect_left(gone, (place,))
        return place - before[count] + (max(0, gone[count - 1][1] - place) if count else 0)

    return [moved(place) if isinstance(place, int) else place for place in begins]

"""Running heads, running feet and page numbers: lines at the edges of pages that come back from page to page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ingest.documents.pdf_pages import Piece

_EDGE = 0.15  # of a page's height, above and below
_DEEPEST = 3  # lines of a running head or foot
_FEW_PAGES = 3  # up to there two pages show what comes back, else three do
_APART = 1.4  # times the usual space between two lines
_NUMBER = re.compile(r"\d+")
_FOLIO = re.compile(
    r"\W*(?:(?:page|seite|p\.|s\.|стр\.|página|pagina)\s*)?(?:\d{1,4}|[ivxl]{1,7})(?:\s*(?:/|of|von|de|di|из|sur)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)

_Key = tuple[str, int]


def without_margins(pages: Sequence[Sequence[Piece]], heights: Sequence[float]) -> list[list[Piece]]:
    """Return the lines of each page without what comes back at its edges, unless nothing but that is there."""
    edges = [_edges(lines, height) for lines, height in zip(pages, heights, strict=True)]
    seen = Counter(key for top, bottom in edges for key in {_key(line) for line in (*top, *bottom)})
    enough = 2 if len(pages) <= _FEW_PAGES else 3
    recurring = {key for key, count in seen.items() if count >= enough}
    if len(pages) == 1:
        recurring = {("#", size) for text, size in seen if text == "#"}
    inside = [_inside(lines, edge, recurring) for lines, edge in zip(pages, edges, strict=True)]
    return inside if any(inside) else [list(lines) for lines in pages]


def _edges(lines: Sequence[Piece], height: float) -> tuple[list[Piece], list[Piece]]:
    """Return the lines at the top from the outside inwards, and those at the bottom likewise."""
    down = sorted(lines, key=lambda line: line.top)
    top = [line for line in down[:_DEEPEST] if line.bottom < _EDGE * height]
    bottom = [line for line in down[: -_DEEPEST - 1 : -1] if line.top > (1 - _EDGE) * height]
    return top, [line for line in bottom if line not in top]


def _key(line: Piece) -> _Key:
    """Return what two running heads have in common: a title of the same words is of another size."""
    text = " ".join(line.text.split())
    return ("#" if _FOLIO.fullmatch(text) else _NUMBER.sub("#", text)), round(line.size)


def _inside(lines: Sequence[Piece], edges: tuple[list[Piece], list[Piece]], recurring: set[_Key]) -> list[Piece]:
    taken: list[Piece] = []
    for edge in edges:
        run: list[Piece] = []
        for line in edge:
            if _key(line) not in recurring:
                break
            run.append(line)
        while run and not _apart(run, lines):
            run.pop()
        taken.extend(run)
    return [line for line in lines if not any(line is one for one in taken)]


def _apart(run: list[Piece], lines: Sequence[Piece]) -> bool:
    """Return whether more than the usual space lies between a running head and the text, or nothing but it is there."""
    rest = [line for line in lines if not any(line is one for one in run)]
    usual = _usual_space(rest)
    spaces = (max(line.top - run[-1].bottom, run[-1].top - line.bottom) for line in rest)
    return min(spaces, default=usual * 2) > _APART * usual or _FOLIO.fullmatch(run[-1].text.strip()) is not None


def _usual_space(lines: Sequence[Piece]) -> float:
    down = sorted(lines, key=lambda line: line.top)
    spaces = sorted(space for above, below in pairwise(down) if (space := below.top - above.bottom) > 0)
    return spaces[len(spaces) // 4] if spaces else 1.0  # more than half may lie between paragraphs

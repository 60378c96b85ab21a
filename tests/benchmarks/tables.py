"""Tables as Markdown, to be read in a terminal and put into docs as they are."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

_WIDTH = 120  # characters of a caption's line


def markdown(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose columns line up: the first to the left, the others, figures, to the right."""
    widths = [max(len(row[n]) for row in (heading, *rows)) for n in range(len(heading))]
    rule = ["-" * max(width, 3) if n == 0 else "-" * max(width - 1, 2) + ":" for n, width in enumerate(widths)]
    return "\n".join(_line(row, [len(cell) for cell in rule]) for row in (heading, rule, *rows))


def titled(caption: str, table: str) -> str:
    """Return a table below its caption, with an empty line before each."""
    return f"\n{textwrap.fill(caption, _WIDTH)}\n\n{table}\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = [
        cell.ljust(width) if n == 0 else cell.rjust(width)
        for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "| " + " | ".join((first, *others)) + " |"

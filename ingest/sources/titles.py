"""Titles: found in a text that names none, and taken out where the text only repeats them."""

from __future__ import annotations

import re
import unicodedata

from ingest.normalize import one_line

LONGEST_TITLE = 200  # characters of a title that is cut from the text
_MOST_REPEATS = 3  # a line that is there more often is no title
_ABOVE_TITLE = 300  # characters in which the title is looked for
_LONGEST_ABOVE = 60  # characters of a line above it
_LOOKED_AT = 1000  # characters of a line
_SHORTEST_SENTENCE = 30  # characters; a full stop before is more likely that of "Mr." or "U.S."
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*(?=\s)|[。！？]")
_SAME = str.maketrans({**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’‚‹›`´", "'"), **dict.fromkeys("‐‑‒–—―", "-")})


def title_of(text: str) -> str:
    """Return the first line that holds a letter or a digit, without a heading's `#`, cut to the length of a title."""
    lines = (one_line(line[0][:_LOOKED_AT]) for line in re.finditer("[^\n]+", text))
    first = next((line for line in lines if any(map(str.isalnum, line))), "") or one_line(text[:_LOOKED_AT])
    return shortened(re.sub(r"^#{1,6}\s+(?=\S)", "", first))


def shortened(line: str) -> str:
    """Return `line`, its first sentence, or its first words and an ellipsis: what first fits a title."""
    if len(line) <= LONGEST_TITLE:
        return line
    head = line[:LONGEST_TITLE]
    sentence = _SENTENCE_END.search(head, _SHORTEST_SENTENCE)
    if sentence:
        return head[: sentence.end()]
    words = head.rpartition(" ")[0].rstrip(" ,;:–—-")
    return f"{words if len(words) >= LONGEST_TITLE // 2 else head[:-1]}…"


def same_line(one: str, other: str) -> bool:
    """Return whether two lines are the same to a reader: case, width, quotes, dashes and spaces aside."""
    return _folded(one) == _folded(other)


def without_leading(text: str, title: str) -> str:
    """Return `text` without the lines at its start that are `title` again; empty when there is nothing else."""
    rest = text
    for _ in range(_MOST_REPEATS):
        line, _newline, below = rest.lstrip().partition("\n")
        if not line or not same_line(line, title):
            return rest
        rest = below
    return rest


def below_title(text: str, title: str) -> str:
    """Return `text` from below the line that is `title`, where only a few short lines that are no sentences stand above.

    Such lines are names of sections and links; `text` as it is where there are others, or nothing is below.
    """
    end = 0
    for match in re.finditer("[^\n]+", text[:_ABOVE_TITLE]):
        if same_line(match[0], title):
            end = match.end()
            break
        if len(match[0]) > _LONGEST_ABOVE or _SENTENCE_END.search(f"{match[0]} "):
            return text
    return text[end:].strip("\n") or text


def _folded(line: str) -> str:
    return one_line(unicodedata.normalize("NFKC", line).translate(_SAME)).casefold()

"""Text from articles and readers to what a chat model may be shown of it: one line that steers nothing. Pure."""

from __future__ import annotations

import re

import regex

from retrieval.writing.unwrapping import visible_with_tags

_ID = regex.compile(
    r"[\[【［(（]\s*(\p{Nd}{1,3}\s*[.．:]\s*\p{Nd}{1,3}(?:[\s,;–-]+\p{Nd}{1,3}(?:[.．:]\p{Nd}{1,3})?)*)\s*[\]】］)）]"
)
_NUMBER = regex.compile(r"[\[【［]\s*(\p{Nd}{1,3})\s*[\]】］]")
_TURN = regex.compile(r"\[(/?[A-Z_]{3,20})\]")
_TAG = regex.compile(r"<(?=[\p{L}/|｜!<])")
_LINE = regex.compile(r"\s+")


def one_line(text: str, marker: str) -> str:
    """Return a text as it may stand between the markers of a prompt.

    It cannot end the part that is said to be data: the marker does not occur in it, nor line ends, nor what chat templates
    take for the end of a turn (`<|im_end|>`, `</s>`, `[/INST]`: such brackets become others). Nor can it pretend to be a
    sentence with an id: `[2.3]` loses its brackets. Invisible and reordering characters are left out. Quotes are not cut
    from this copy, so they are none the worse for it.

    Args:
        text: any string.
        marker: of this request; not empty.
    """
    shown = visible_with_tags(text)
    shown = str(_TURN.sub(r"(\1)", _TAG.sub("‹", shown).replace("|>", "|›").replace("｜>", "｜›")))
    shown = str(_NUMBER.sub(r"(\1)", _ID.sub(r"\1", shown)))
    shown = str(_LINE.sub(" ", shown)).strip()
    forged = re.compile(re.escape(marker), re.IGNORECASE)
    while forged.search(shown):  # taking one out may put another together
        shown = forged.sub(" ", shown)  # with a gap, so that nothing else is put together
    return shown

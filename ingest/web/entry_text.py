"""What feeds write as plain text although it has markup in it, and the other way round."""

from __future__ import annotations

import html
import re

from ingest.normalize import is_blank, one_line

_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&#?\w+;")
_CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_LONGEST = 2_000  # characters of a title or name that are looked at; a feed may have 10 MB of them


def as_html(text: str) -> str:
    """Return plain text as HTML, with a paragraph for what stands between blank lines."""
    paragraphs = _BLANK_LINES.split(text.replace("\r\n", "\n"))
    return "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs if not is_blank(paragraph))


def plain_title(title: str) -> str:
    """Return a title on one line, without the markup that some feeds have in it; scripts go with what they say."""
    title = title[:_LONGEST]
    if _MARKUP.search(title):
        title = html.unescape(_TAG.sub(" ", _CODE.sub(" ", title)))
    return one_line(title)


def plain(markup: str) -> str:
    """Return HTML with spaces for its tags: a quick measure of how much text there may be in it."""
    return _TAG.sub("  ", markup)


def short(text: str) -> str:
    """Return a name, a date or an id on one line, cut where none of them goes on."""
    return one_line(text[:_LONGEST])

"""Plain text files: title, repeated title and source line as people leave them when they copy and paste."""

from __future__ import annotations

import re

from ingest.sources.addresses import is_page_url
from ingest.sources.draft import Found
from ingest.sources.front_matter import split_front_matter
from ingest.sources.titles import LONGEST_TITLE, same_line, title_of, without_leading

_SOURCE_LINE = re.compile(r"source(?:\s*[:：]\s*|\s+[—–-]\s+)(\S.{,199})", re.IGNORECASE)


def read_text(text: str) -> Found:
    """Read canonical `text`: front matter if there is any, the title, the source line, and what is then the text.

    A first line that is taken for the title may be a sentence of the article as well and stays; what only repeats it
    goes. With the title in the front matter every line at the start that repeats it goes.
    """
    front = split_front_matter(text)
    fields = dict(front.fields)
    body = _with_source_moved(front.body.strip(), fields)
    given = fields.get("title")
    if given is None or given == "":
        fields["title"] = title_of(body)
        body = _without_repeats(body)
    elif isinstance(given, str):
        body = without_leading(body, given).strip() or body
    return Found(body, fields, front.metadata, front.notices)


def _without_repeats(body: str) -> str:
    first, newline, below = body.partition("\n")
    return (first + newline + without_leading(below, first)).strip() if len(first) <= LONGEST_TITLE else body


def _with_source_moved(body: str, fields: dict[str, object]) -> str:
    """Move a last line such as `Source: Reuters` into `fields` and return the rest, or `body` when there is no room."""
    above, _, last = body.rpartition("\n")
    match = _SOURCE_LINE.fullmatch(last.strip())
    if match is None or not above.strip():
        return body
    named = match[1].strip()
    field = "url" if is_page_url(named) and not fields.get("url") else "source"
    given = fields.get(field)
    if given and not (isinstance(given, str) and same_line(given, named)):
        return body
    fields[field] = named
    return above.rstrip()

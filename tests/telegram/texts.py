"""Texts and captions as the server takes them: parsed, cleaned, measured."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.telegram.limits import MAX_CAPTION, MAX_CODE_POINTS, MAX_ENTITIES, MAX_REQUEST_BYTES
from tests.telegram.parser import Parsed, ParseError, cleaned, left_out, parse
from tests.telegram.records import Fields, RefusedError
from tests.telegram.state import State

EMPTY = re.compile("[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u2800\u3164\ufeff]*")


def text_of(state: State, fields: Fields) -> Parsed:
    """Return the text of a message.

    Raises:
        RefusedError: for what the server refuses.
    """
    parsed = _parsed(state, fields, "text", "entities")
    if EMPTY.fullmatch(parsed.text):
        raise state.violation("message text is empty")
    if len(parsed.text) > MAX_CODE_POINTS:
        raise state.violation("message is too long")
    if _units(parsed.text) > MAX_CODE_POINTS:
        state.violations.append("more than 4096 UTF-16 units")
    return parsed


def caption_of(state: State, fields: Fields) -> Parsed:
    """Return the caption of a file, perhaps an empty one.

    Raises:
        RefusedError: for what the server refuses.
    """
    parsed = _parsed(state, fields, "caption", "caption_entities")
    if len(parsed.text) > MAX_CAPTION:
        raise state.violation("message caption is too long")
    if _units(parsed.text) > MAX_CAPTION:
        state.violations.append("more than 1024 UTF-16 units in a caption")
    return parsed


def _parsed(state: State, fields: Fields, name: str, entities: str) -> Parsed:
    text = fields.get(name) or ""
    if fields.get(entities):
        raise state.violation(f"{entities}: the double reads HTML and MarkdownV2 only")
    if len(text.encode()) > MAX_REQUEST_BYTES:
        raise state.violation("text is too long")
    try:
        parsed = parse(text, fields.get("parse_mode")).trimmed()
    except ParseError as error:
        raise state.violation(str(error)) from None
    if len(parsed.entities) > MAX_ENTITIES:
        state.violations.append("more than 100 entities")
    state.violations.extend(_losses(text if fields.get("parse_mode") == "HTML" else "", parsed))
    return parsed


def _losses(source: str, parsed: Parsed) -> Iterator[str]:
    """Yield what the server drops from a text that it accepts."""
    if sum(one.kind in ("TextUrl", "MentionName") for one in parsed.entities) < source.count("<a href"):
        yield "a link is left out, because the server does not take its address"
    for kind in left_out(parsed):
        yield f"{kind} is left out where it meets other formatting"
    text = parsed.text.replace("\t", " ")  # which is no loss
    if (kept := cleaned(text)) != text:
        lost = next((one for one, other in zip(text, kept, strict=False) if one != other), text[len(kept) :][:1])
        yield f"U+{ord(lost):04X} is left out of the text"


def refuse_unchanged(before: object, after: object) -> None:
    """Refuse an edit after which the message would be what it was.

    Raises:
        RefusedError: if there is no difference.
    """
    if before == after:
        raise RefusedError(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
            "same as a current content and reply markup of the message",
        )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

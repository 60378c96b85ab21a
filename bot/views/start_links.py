"""Links that open the bot with an article, a question or an invitation. Pure."""

from __future__ import annotations

import base64
import binascii
import re

INVITATION = "in_"
"""What a payload begins with when it lets somebody in."""
MAX_PAYLOAD = 64
"""Characters that Telegram takes."""
MAX_LINKED = 46
"""Letters of a question that fit into a link."""

_WIDE, _NARROW = "utf-8", "cp1251"
"""How a payload holds a question: in any letters; behind `q-`, with which no UTF-8 begins, Cyrillic at half the length."""
_ARTICLE = re.compile(r"a(\d{1,18})", re.ASCII)
_QUESTION = re.compile(r"q(-?)([A-Za-z0-9_-]{2,63})", re.ASCII)


def start_link(bot_name: str, payload: str) -> str:
    """Return the link that opens the bot with `/start payload`; where the bot has no name, with a place for it."""
    return f"https://t.me/{bot_name or 'NAME_OF_THE_BOT'}?start={payload}"


def article_of(payload: str) -> int | None:
    """Return the number of the article that a start payload opens, None when it opens none."""
    form = _ARTICLE.fullmatch(payload)
    return int(form.group(1)) if form else None


def question_payload(question: str) -> str | None:
    """Return the start payload that asks a question, None when it is too long for Telegram's 64 characters."""
    for mark, encoding in (("q", _WIDE), ("q-", _NARROW)):
        try:
            payload = mark + base64.urlsafe_b64encode(question.encode(encoding)).decode().rstrip("=")
        except UnicodeEncodeError:
            continue
        if len(payload) <= MAX_PAYLOAD:
            return payload
    return None


def question_of(payload: str) -> str | None:
    """Return the question in a start payload, None when there is none."""
    form = _QUESTION.fullmatch(payload)
    if form is None:
        return None
    narrow, packed = form.groups()
    try:
        written = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return written.decode(_NARROW if narrow else _WIDE).strip() or None
    except (binascii.Error, UnicodeDecodeError):
        return None

"""Telegram Desktop's export of channels (result.json): one article a post."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ingest.documents.part import Part
from ingest.normalize import is_blank, one_line
from ingest.sources.decode import decode
from ingest.sources.draft import Found
from retrieval.errors import ArticleError

_OTHER = "is JSON of another kind; read are Telegram Desktop's exports of channels, and JSON Lines (.jsonl)"
_USERNAME = re.compile(r"@?([A-Za-z]\w{3,31})", re.ASCII)
_CHANNELS = {"public_channel", "private_channel"}
_LONGEST_NAME = 200


def read_telegram_export(data: bytes) -> Iterator[Part]:
    """Yield the posts of a channel that have words in them: service messages and bare pictures leave nothing.

    The source is the channel. The id is made of the ids of channel and post, so that a later export gives new versions
    of the same articles. An export does not say the public name of a channel; where `username` is added to it, each
    post gets its link.

    Raises:
        ArticleError: it is no such export, or there are no posts of a channel in it.
    """
    export = _parsed(data)
    chats = _chats(export)
    channels = [chat for chat in chats if chat.get("type") in _CHANNELS]
    if not channels:
        raise ArticleError(
            "is a Telegram export without channels; conversations of people are not read, export a channel"
        )
    if len(channels) < len(chats):
        others = len(chats) - len(channels)
        yield Part("chats", Found(""), f"holds {others} chats that are not channels and were not read")
    empty = True
    for channel in channels:
        for part in _posts(channel):
            empty = False
            yield part
    if empty:
        raise ArticleError("is an export of a channel without any post that has text")


def _parsed(data: bytes) -> Mapping[str, Any]:
    try:
        export = json.loads(decode(data).text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ArticleError("is not valid JSON, or is cut off; export it anew") from error
    if not isinstance(export, dict):
        raise ArticleError(_OTHER)
    return export


def _chats(export: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the chats of an export of one chat, or of everything."""
    if isinstance(export.get("messages"), list) and "type" in export:
        return [export]
    found: list[Mapping[str, Any]] = []
    for key in ("chats", "left_chats"):
        listed = export.get(key)
        chats = listed.get("list") if isinstance(listed, dict) else None
        found += [chat for chat in chats or () if isinstance(chat, dict) and isinstance(chat.get("messages"), list)]
    if not found:
        raise ArticleError(_OTHER)
    return found


def _posts(channel: Mapping[str, Any]) -> Iterator[Part]:
    name = one_line(str(channel.get("name") or ""))[:_LONGEST_NAME]
    named = _USERNAME.fullmatch(str(channel.get("username") or ""))
    for post in channel["messages"]:
        if not isinstance(post, dict) or post.get("type") != "message":
            continue
        text = _text(post)
        if is_blank(text):
            continue
        number = post.get("id")
        if not isinstance(number, int) or isinstance(number, bool):
            yield Part("?", Found(""), 'holds a post without an "id"; export it anew')
            continue
        fields: dict[str, object] = {
            "id": f"telegram:{channel.get('id')}/{number}" if isinstance(channel.get("id"), int) else None,
            "url": f"https://t.me/{named[1]}/{number}" if named else None,
            "published": _moment(post, "date"),
            "author": post.get("author") if isinstance(post.get("author"), str) else None,
            "source": name or None,
        }
        yield Part(str(number), Found(text, fields, _about(post)))


def _text(post: Mapping[str, Any]) -> str:
    """Return the words of a post: entities such as links and bold letters leave only theirs."""
    pieces = post.get("text_entities") or post.get("text") or ""
    if isinstance(pieces, str):
        return pieces.strip()
    if not isinstance(pieces, list):
        return ""
    words = (piece.get("text") if isinstance(piece, dict) else piece for piece in pieces)
    return "".join(word for word in words if isinstance(word, str)).strip()


def _moment(post: Mapping[str, Any], key: str) -> str | None:
    """Return a date with its zone: the export's own date is that of the clock of whoever made it, without a zone."""
    seconds = post.get(f"{key}_unixtime")
    if not isinstance(seconds, str | int):
        return _local(post, key)
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return _local(post, key)


def _local(post: Mapping[str, Any], key: str) -> str | None:
    value = post.get(key)
    return value if isinstance(value, str) else None


def _about(post: Mapping[str, Any]) -> dict[str, Any]:
    about = {"edited": _moment(post, "edited"), "forwarded_from": post.get("forwarded_from")}
    return {key: value for key, value in about.items() if isinstance(value, str)}

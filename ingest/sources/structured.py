"""Structured data of a page (JSON-LD): what it says of the article that the page is about."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.normalize import one_line

_LONGEST = 2_000_000  # characters of one block
_MOST_NODES = 2_000
_ARTICLES = {
    "article", "newsarticle", "blogposting", "report", "scholarlyarticle", "techarticle", "opinionnewsarticle",
    "analysisnewsarticle", "reviewnewsarticle", "reportagenewsarticle", "backgroundnewsarticle", "liveblogposting",
    "discussionforumposting", "socialmediaposting", "advertisercontentarticle", "satiricalarticle", "medicalwebpage",
    "review", "recipe", "howto", "pressrelease",
}  # fmt: skip
_PAGES = {"webpage", "qapage", "faqpage", "itempage", "aboutpage"}
_Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Structured:
    """What structured data says of an article; empty where it says nothing."""

    title: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    published: str = ""
    modified: str = ""
    language: str = ""
    url: str = ""
    for_subscribers: bool = False


def structured_data(root: HtmlElement) -> Structured:
    """Return what the first article in a page's JSON-LD says of itself, else what is said of the page."""
    nodes = [node for block in _blocks(root) for node in _nodes(block)]
    about = next((node for node in nodes if _types(node) & _ARTICLES), None) or next(
        (node for node in nodes if _types(node) & _PAGES), None
    )
    if about is None:
        return Structured()
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    return Structured(
        title=_text(about.get("headline")) or _text(about.get("name")),
        authors=tuple(dict.fromkeys(_names(about.get("author") or about.get("creator"), named))),
        publisher=next(_names(about.get("publisher") or about.get("sourceOrganization"), named), ""),
        published=_text(about.get("datePublished")),
        modified=_text(about.get("dateModified")),
        language=_language(about.get("inLanguage")),
        url=_text(about.get("url")),
        for_subscribers=about.get("isAccessibleForFree") in (False, "False", "false"),
    )


def _blocks(root: HtmlElement) -> Iterator[object]:
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and 0 < len(script.text or "") <= _LONGEST:
            raw = script.text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
            try:
                yield json.loads(raw, strict=False)
            except (ValueError, RecursionError):  # trafilatura looks into broken blocks with patterns
                continue


def _nodes(block: object) -> Iterator[_Node]:
    """Yield the objects of a block from the outside in, not without end."""
    pending = [block]
    for _ in range(_MOST_NODES):
        if not pending:
            return
        value = pending.pop(0)
        if isinstance(value, list):
            pending[:0] = value[:_MOST_NODES]
        elif isinstance(value, dict):
            yield value
            pending.extend(inner for inner in value.values() if isinstance(inner, dict | list))


def _types(node: _Node) -> set[str]:
    given = node.get("@type")
    types = given if isinstance(given, list) else [given]
    return {name.rpartition("/")[2].lower() for name in types if isinstance(name, str)}


def _names(value: object, named: Mapping[str, _Node]) -> Iterator[str]:
    """Yield the names of persons or organisations, given as text, as objects, by reference, or as a list of these."""
    for one in value[:50] if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            reference = one.get("@id")
            known = named.get(reference, {}) if isinstance(reference, str) else {}
            name = _text(one.get("name")) or _text(known.get("name"))
        else:
            name = _text(one)
        if name and "://" not in name:
            yield name


def _language(value: object) -> str:
    return _text(value.get("alternateName") or value.get("name")) if isinstance(value, dict) else _text(value)


def _text(value: object) -> str:
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str)), "")
    return one_line(html.unescape(value)) if isinstance(value, str) else ""

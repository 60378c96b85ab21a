"""How the elements of a page look, as far as the page itself says so: style attributes and simple embedded rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml.html import HtmlElement  # type: ignore[import-untyped]

_LONGEST = 1_000_000  # characters of embedded styles that are read
_SIMPLE = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
_PART = re.compile(r"[.#][\w-]+")
_TELLING = re.compile(r"display|visibility|opacity|font-size|color|background|text-indent|position|left|right|top")
_IMPORTANT = re.compile(r"!\s*important\s*$", re.ASCII)
_NOT_FOR_SCREENS = re.compile(r"\b(?:print|speech|max-width|min-width)\b")
_HAS_LOOKS = "//*[@style or @hidden or @color or @bgcolor or @text]"

Declarations = dict[str, str]


class Styles:
    """What a page declares of the looks of its elements.

    Of embedded style sheets the rules count that name one element by tag, classes and id; those for other elements
    around it, for states (`:hover`) and under conditions (`@media`) do not, nor do sheets elsewhere.
    """

    def __init__(self, root: HtmlElement) -> None:
        self._by_part = _rules_by_part(_embedded(root))
        self._of_kind: dict[tuple[str, str, str], Declarations] = {}

    def styled(self, root: HtmlElement) -> list[HtmlElement]:
        """Return the elements of which anything may be declared, in the order of the page."""
        found: list[HtmlElement] = root.xpath("//*" if self._by_part else _HAS_LOOKS)
        return found

    def of(self, element: HtmlElement) -> Declarations:
        """Return what is declared of one element itself; what it inherits is not in it."""
        declared = self._by_rules(element) if self._by_part else {}
        inline = element.get("style")
        return {**declared, **declarations(inline)} if inline else declared

    def _by_rules(self, element: HtmlElement) -> Declarations:
        """Return what the rules say of an element; of those with the same tag, classes and id it is found out once."""
        kind = (element.tag, element.get("class") or "", element.get("id") or "")
        declared = self._of_kind.get(kind)
        if declared is None:
            names = {f".{name}" for name in kind[1].split()} | ({f"#{kind[2]}"} if kind[2] else set())
            declared = self._of_kind[kind] = {}
            for key in (element.tag, *sorted(names)):
                for tag, parts, rule in self._by_part.get(key, ()):
                    if tag in ("", "*", element.tag) and parts <= names:
                        declared.update(rule)
        return declared


def declarations(style: str) -> Declarations:
    """Return the declarations of a style attribute or of one rule, names and values in lower case."""
    style = _without_comments(style) if "/*" in style else style
    pairs = (part.partition(":") for part in style[:_LONGEST].lower().split(";"))
    return {name.strip(): _IMPORTANT.sub("", value).strip() for name, colon, value in pairs if colon and value.strip()}


def _embedded(root: HtmlElement) -> str:
    sheets = (
        element.text or ""
        for element in root.iter("style")
        if not _NOT_FOR_SCREENS.search((element.get("media") or "").lower())
    )
    return "\n".join(sheets)[:_LONGEST]


@lru_cache(maxsize=4)  # a site has the same styles in each page
def _rules_by_part(css: str) -> dict[str, list[tuple[str, frozenset[str], Declarations]]]:
    by_part: dict[str, list[tuple[str, frozenset[str], Declarations]]] = {}
    for tag, parts, declared in _rules(css):
        key = next(iter(sorted(parts)), tag)
        by_part.setdefault(key, []).append((tag, parts, declared))
    return by_part


def _rules(css: str) -> Iterator[tuple[str, frozenset[str], Declarations]]:
    """Yield tag, classes and id, and the telling declarations of each simple selector of a style sheet."""
    for selectors, block in _blocks(_without_comments(css)):
        if not _TELLING.search(block):
            continue
        declared = {name: value for name, value in declarations(block).items() if _TELLING.match(name)}
        for selector in selectors.split(","):
            match = _SIMPLE.fullmatch(selector.strip())
            if match and declared and (match[1] or match[2]):
                yield (match[1] or "").lower(), frozenset(_PART.findall(match[2])), declared


def _without_comments(css: str) -> str:
    first, *others = css.split("/*")
    return first + "".join(part.partition("*/")[2] for part in others)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield each rule's selectors and declarations; what stands in `@media` and the like is passed over."""
    depth = start = opened = 0
    for brace in re.finditer("[{}]", css):
        if brace[0] == "{":
            depth += 1
            opened = brace.end() if depth == 1 else opened
        elif depth:
            depth -= 1
            if depth == 0:
                selectors = css[start : opened - 1].rpartition(";")[2].strip()
                if not selectors.startswith("@"):
                    yield selectors, css[opened : brace.start()]
                start = brace.end()

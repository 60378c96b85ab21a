"""Text of a page that no reader of it sees: taken out before anything is read."""

from __future__ import annotations

import re

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.sources.colours import WHITE, Colour, colour_of, is_indistinct
from ingest.sources.reading import drop
from ingest.sources.styles import Declarations, Styles

_LENGTH = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))(px|pt|em|rem|%|vw|vh|)", re.ASCII)
_SMALLEST_FONT = 2.0  # px or pt; below nobody reads it
_OFF_SCREEN = -900.0  # px; where pages put what is only for screen readers, or for nobody
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MOST_OF_A_PAGE = 0.5  # of its characters
_FRAME = {"html", "body", "head"}
_MAIN = ("main", "article", "h1")


def drop_hidden(root: HtmlElement) -> None:
    """Take out what the page itself hides: `hidden`, `display:none`, tiny, transparent, off-screen, white on white.

    A whole page that is hidden until its scripts have run (`<body style="opacity:0">`) is not taken for hidden.
    """
    styles = Styles(root)
    looks = [(element, styles.of(element)) for element in styles.styled(root)]
    hidden = [element for element, declared in looks if _is_hidden(element, declared)]
    for element in (*hidden, *_templates(root)):
        drop(element)
    _drop_indistinct(root, looks)


def _templates(root: HtmlElement) -> list[HtmlElement]:
    """Return what is only there for scripts to copy; a template that says so is shown in its place."""
    return [element for element in root.iter("template") if "shadowrootmode" not in element.attrib]


def _is_hidden(element: HtmlElement, declared: Declarations) -> bool:
    if element.tag in _FRAME:
        return False
    if "hidden" in element.attrib and element.get("hidden") != "until-found":
        return True
    return bool(declared) and (
        declared.get("display") == "none"
        or declared.get("visibility") in ("hidden", "collapse")
        or _is_tiny(declared.get("font-size", ""))
        or _is_off_screen(declared)
        or (_is_transparent(declared) and next(element.iter(*_MAIN), None) is None)
    )


def _is_tiny(size: str) -> bool:
    length = _length(size)
    return length is not None and (length[0] == 0 or (length[1] in ("px", "pt") and length[0] < _SMALLEST_FONT))


def _is_off_screen(declared: Declarations) -> bool:
    names = ["text-indent"]
    if declared.get("position") in ("absolute", "fixed"):
        names += ["left", "top", "right"]
    lengths = (_length(declared.get(name, "")) for name in names)
    return any(length is not None and _in_pixels(length) <= _OFF_SCREEN for length in lengths)


def _is_transparent(declared: Declarations) -> bool:
    opacity = _length(declared.get("opacity", ""))
    return opacity is not None and opacity[0] == 0


def _length(value: str) -> tuple[float, str] | None:
    match = _LENGTH.fullmatch(value.strip()[:40])
    return (float(match[1]), match[2]) if match else None


def _in_pixels(length: tuple[float, str]) -> float:
    return length[0] * {"em": 16, "rem": 16, "%": 10, "vw": 10, "vh": 10}.get(length[1], 1)


def _drop_indistinct(root: HtmlElement, looks: list[tuple[HtmlElement, Declarations]]) -> None:
    """Take out text in the colour of its background. An element within that has a colour of its own is looked at itself.

    Headings stay: white ones often stand on a picture or a colour that a style sheet elsewhere gives them. Where most
    of a page seems unreadable, such a sheet gives it its background.
    """
    coloured = {element: found for element, declared in looks if (found := _colours(element, declared))}
    unseen: list[HtmlElement] = []
    for element in coloured:
        if element.tag in (*_FRAME, *_HEADINGS) or next(element.iter(*_HEADINGS), None) is not None:
            continue
        text, background = _seen(element, coloured)
        if text is not None and background is not None and is_indistinct(text, background):
            unseen += _of_the_same_colour(element, coloured)
    if unseen and sum(map(_length_of, unseen)) <= _MOST_OF_A_PAGE * len(root.text_content()):
        for element in unseen:
            _silence(element)


_Colours = tuple[Colour | None, Colour | str | None]
_PICTURE = "picture"  # a background of which no colour is known


def _colours(element: HtmlElement, declared: Declarations) -> _Colours | None:
    """Return the colours of text and background that are declared of an element itself, or None."""
    text = declared.get("color") or (element.get("color") if element.tag == "font" else "") or element.get("text") or ""
    background = declared.get("background-color") or declared.get("background") or element.get("bgcolor") or ""
    pictured = "url(" in background or "gradient(" in background or "background-image" in declared
    if not text and not background and not pictured:
        return None
    return colour_of(text), _PICTURE if pictured else _background(background)


def _background(value: str) -> Colour | str | None:
    if not value:
        return None
    first = next((colour for word in _words(value) if (colour := colour_of(word))), None)
    if first is None:
        return _PICTURE if value not in ("none", "inherit", "initial", "unset") else None
    return first if first.alpha > 0.5 else None


def _words(value: str) -> list[str]:
    return re.findall(r"rgba?\([^()]{1,60}\)|[^\s()]{1,60}", value[:500])


def _seen(element: HtmlElement, coloured: dict[HtmlElement, _Colours]) -> tuple[Colour | None, Colour | None]:
    """Return the colours that an element's text has in the end, with white where no background is declared."""
    text: Colour | None = None
    background: Colour | str | None = None
    at: HtmlElement | None = element
    while at is not None and (text is None or background is None):
        own = coloured.get(at)
        if own is not None:
            text = text or own[0]
            background = background or own[1]
        at = at.getparent()
    if isinstance(background, str):
        return text, None
    return text, background or WHITE


def _of_the_same_colour(element: HtmlElement, coloured: dict[HtmlElement, _Colours]) -> list[HtmlElement]:
    """Return an element and those within it, but for those that have colours of their own and what is in them."""
    found = [element]
    for at in found:
        found.extend(child for child in at if child not in coloured)
    return found


def _length_of(element: HtmlElement) -> int:
    return len(element.text or "") + sum(len(child.tail or "") for child in element)


def _silence(element: HtmlElement) -> None:
    element.text = None
    for child in element:
        child.tail = None

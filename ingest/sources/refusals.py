"""Pages that hold no article: sign-in and consent walls, error pages, garbled or missing text, and how each is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.normalize import one_line
from ingest.sources.reading import UNREAD

_SHORT = 700  # characters; error pages and sign-in forms explain themselves in less, most articles do not
_BRIEF = 250  # characters; a teaser before a wall, and what is left of a page that only asks for consent
_HARDLY_ANY = 60  # letters and digits; a title and a line
_BULKY = 5_000  # characters of HTML; who writes one line by hand writes less around it
_LOOKED_AT = 5_000  # characters of what is visible
_WIDE = 3  # letters of Latin that one of Chinese, Japanese or Korean stands for

# Titles of pages that are none, as servers and their guards write them.
_ERRORS = (
    r"(?:error\s*|http\s*|fehler\s*|erreur\s*|ошибка\s*)?(?:40[0134]|410|429|451|50[0234]|52\d)\b.{0,60}",
    r".{0,30}\b(?:page|site|article|document|content)\b.{0,25}\b(?:not (?:be )?found|does(?: not|n't) exist)\b.{0,60}",
    r".{0,30}\b(?:page|article|document)\b.{0,25}\b(?:unavailable|no longer (?:available|exists)|missing)\b.{0,60}",
    r"not found", r"access (?:denied|restricted)", r"forbidden", r"bad gateway", r"internal server error",
    r"service (?:temporarily )?unavailable", r"too many requests", r"request (?:blocked|rejected)",
    r"just a moment\W*",
    r"attention required.{0,60}", r"are you (?:a )?(?:human|robot)\W*", r"checking your browser.{0,60}",
    r"(?:please )?verify(?:ing)? (?:that )?you are (?:a )?human.{0,60}",
    r"(?:site )?(?:under|down for) maintenance.{0,60}",
    r"(?:die )?seite (?:wurde )?nicht gefunden.{0,60}", r"page (?:introuvable|non trouvée).{0,60}",
    r"página no encontrada.{0,60}", r"pagina non trovata.{0,60}", r"página não encontrada.{0,60}",
    r"pagina niet gevonden.{0,60}", r"nie znaleziono strony.{0,60}", r"страница не (?:найдена|существует).{0,60}",
    r"доступ (?:запрещ[её]н|ограничен).{0,60}", r"ページが見つかりません.{0,60}", r"页面不存在.{0,60}",
    r"找不到页面.{0,60}",
    r"페이지를 찾을 수 없습니다.{0,60}",
)  # fmt: skip
_SIGN_INS = (
    r"(?:please )?(?:log|sign) ?[io]n\b.{0,60}", r"login\b.{0,40}", r"members only.{0,30}", r"anmeldung.{0,30}",
    r"(?:bitte )?(?:anmelden|einloggen).{0,30}", r"connexion.{0,30}", r"se connecter.{0,30}",
    r"iniciar sesión.{0,30}",
    r"accedi.{0,30}", r"entrar", r"вход(?: (?:в|на) .{0,30})?", r"войти.{0,30}", r"авторизация.{0,30}", r"ログイン",
    r"登录",
    r"로그인",
)  # fmt: skip
# What is on buttons that accept or reject.
_ANSWERS = (
    r"(?:i )?(?:accept|agree|allow|reject|decline|refuse|manage|got it|ok|okay)\b.{0,40}", r"aceptar.{0,30}",
    r"(?:alle )?(?:akzeptieren|zustimmen|ablehnen).{0,30}", r"(?:tout )?(?:accepter|refuser).{0,30}",
    r"rechazar.{0,30}",
    r"accetta.{0,30}", r"принять.{0,30}", r"согласен", r"согласиться", r"同意.{0,10}",
)  # fmt: skip
_ERROR, _SIGN_IN, _ANSWER = (re.compile("|".join(parts), re.IGNORECASE) for parts in (_ERRORS, _SIGN_INS, _ANSWERS))
_CONSENT = re.compile(
    r"cookie|consent|datenschutz|einwilligung|кук[иа]\b|персональны[ех] данны|隐私|同意", re.IGNORECASE
)
_NEEDS_SCRIPTS = re.compile(
    r"\b(?:enable|activate|turn on|requires?|without|needs?|включите|aktivieren|activer)\b.{0,30}\bjavascript",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Whole:
    """What is looked at before anything but hidden text is taken out of a page."""

    visible: str
    """The beginning of all that is visible."""
    password: bool
    """It has a field for a password."""
    answers: bool
    """It has a button to accept or reject something."""
    needs_scripts: bool
    """It says that it shows nothing without scripts."""
    bulky: bool
    """It was fetched, or is more than a line of text written by hand."""


def look(root: HtmlElement, size: int, fetched: bool) -> Whole:
    """Look at a page of `size` characters whose tree is still whole."""
    buttons = (button.text_content()[:200] or button.get("value") or "" for button in root.iter("button", "input"))
    links = (link.text or "" for link in root.iter("a"))
    visible = one_line(" ".join(_visible(root)))[:_LOOKED_AT]
    unscripted = " ".join(element.text_content()[:500] for element in root.iter("noscript"))
    return Whole(
        visible=visible,
        password=any((field.get("type") or "").lower() == "password" for field in root.iter("input")),
        answers=any(_ANSWER.fullmatch(one_line(words)) for words in (*buttons, *links) if words),
        needs_scripts=_NEEDS_SCRIPTS.search(f"{unscripted} {visible[:500]}") is not None,
        bulky=fetched or size > _BULKY,
    )


def reason_to_refuse(whole: Whole, titles: tuple[str, ...], heading: str, text: str, walled: bool) -> str:
    """Return why a page with these titles, first heading and main text is no article, fit to follow its name.

    Empty when it is one.
    """
    if len(text) >= _SHORT:
        return ""
    words = _letters(text)
    wrong = next((title for title in (*titles, heading) if _ERROR.fullmatch(title)), "")
    if wrong:
        return f'is an error page ("{wrong[:80]}"), no article; check its address'
    if any(_SIGN_IN.fullmatch(title) for title in titles) or (whole.password and _is_form(heading, text)):
        return "asks to sign in and shows no article; save the page while signed in"
    if whole.answers and (
        len(_CONSENT.findall(text)) >= 2 or (words < _HARDLY_ANY and _CONSENT.search(whole.visible) is not None)
    ):
        return "shows a request for consent to cookies and no article; save the page after answering it"
    if walled and len(text) < _BRIEF:
        return "shows only its first lines to those without a subscription; save the page while signed in"
    if words < _HARDLY_ANY and whole.needs_scripts:
        return "shows nothing until its scripts have run; save the page from a browser"
    if words < _HARDLY_ANY and whole.bulky:
        return "is almost empty: there is no text of an article on it"
    return ""


def _visible(root: HtmlElement) -> Iterator[str]:
    size = 0
    for element in root.iter():
        for words in (_own_text(element), element.tail or ""):
            yield words[:_LOOKED_AT]
            size += len(words)
        if size > 2 * _LOOKED_AT:
            return


def _own_text(element: HtmlElement) -> str:
    read = isinstance(element.tag, str) and element.tag not in (*UNREAD, "head", "title")
    return (element.text or "") if read else ""


def _is_form(heading: str, text: str) -> bool:
    """Return whether a page with a field for a password is made for it; on others it is in a corner."""
    return _letters(text) < _HARDLY_ANY or (len(text) < _BRIEF and _SIGN_IN.fullmatch(heading) is not None)


def _letters(text: str) -> int:
    return sum(_WIDE if ch >= "\u2e80" else 1 for ch in text if ch.isalnum())

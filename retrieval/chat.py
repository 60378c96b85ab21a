"""What people say that is no question: greetings and thanks."""

from __future__ import annotations

import re
from typing import Literal

from retrieval import wording

_REPLIES = {"greeting": wording.GREETING, "thanks": wording.THANKS}


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(phrase.strip().casefold() for phrase in listed.replace("\n", "|").split("|"))


_GREETINGS = _phrases(
    """hello|hi|hey|hi there|hello there|good morning|good afternoon|good evening|good day|howdy|greetings|yo
    hallo|guten tag|guten morgen|guten abend|servus|moin|grüß gott|привет|здравствуйте|здравствуй|добрый день|доброе утро
    добрый вечер|hola|buenos días|buenas tardes|bonjour|salut|bonsoir|ciao|buongiorno|olá|cześć"""
)
_THANKS = _phrases(
    """thanks|thank you|thank you very much|thanks a lot|many thanks|thx|ty|cheers|great thanks|ok thanks|ok thank you
    danke|vielen dank|danke schön|dankeschön|спасибо|большое спасибо|спасибо большое|благодарю|gracias|muchas gracias
    merci|merci beaucoup|grazie|obrigado|obrigada|bye|goodbye|tschüss|auf wiedersehen|пока|до свидания"""
)


def kind_of_talk(text: str) -> Literal["greeting", "thanks"] | None:
    """Return what a text is that greets or thanks and does nothing else, None where it may be a question."""
    said = " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())
    if not said or said in _GREETINGS:
        return "greeting"
    return "thanks" if said in _THANKS else None


def small_talk(text: str) -> str | None:
    """Return a reply to a greeting or thanks and nothing else, or None where the text may be a question."""
    kind = kind_of_talk(text)
    return None if kind is None else _REPLIES[kind]

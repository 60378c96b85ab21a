"""What people say that is no question: greetings and thanks."""

from __future__ import annotations

import re

from retrieval import wording


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


def small_talk(text: str) -> str | None:
    """Return a reply to a greeting or thanks and nothing else, or None where the text may be a question."""
    said = " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())
    if not said or said in _GREETINGS:
        return wording.GREETING
    if said in _THANKS:
        return wording.THANKS
    return None

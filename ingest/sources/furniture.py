"""Lines that pages put between the paragraphs of an article and that are no part of it, in several languages."""

from __future__ import annotations

import re
from functools import lru_cache

_END = r"[\s.:!…»›>→]*"
# What leads to the rest of a text, also as the last link of a paragraph.
_MORE = (
    r"read more", r"continue reading", r"keep reading", r"read the (?:full|whole) (?:story|article)",
    r"weiterlesen", r"mehr lesen", r"lire la suite", r"leer más", r"seguir leyendo", r"leggi (?:di più|tutto)",
    r"leia mais",
    r"lees (?:meer|verder)", r"czytaj (?:więcej|dalej)", r"читать (?:далее|полностью|дальше)", r"читати далі",
    r"devamını oku", r"続きを読む", r"もっと見る", r"阅读更多", r"阅读全文", r"더 보기", r"اقرأ المزيد", r"\[edit\]",
)  # fmt: skip
# Whole lines that mean nothing else.
_PHRASES = (
    *_MORE,
    r"(?:learn|find out|see|show|view) more", r"share (?:this|the)(?: article| story| post| page)?",
    r"share (?:via|on)\b.{0,40}", r"tweet this", r"copy link", r"(?:follow|like|join) us (?:on|at)\b.{0,60}",
    r"advertise?ment", r"sponsored(?: content)?", r"article continues below(?: (?:the )?ad(?:vertisement)?)?",
    r"(?:sign up|subscribe) (?:for|to) (?:our|the)\b.{0,40}newsletters?\b.{0,40}", r"back to (?:the )?top",
    r"skip to (?:main |the )?content", r"jump to (?:content|navigation|comments|recipe)",
    r"print this (?:page|article)",
    r"(?:leave|post|write) a (?:comment|reply)", r"\d+ (?:comments?|shares?)", r"\d+ min(?:ute)?s? read",
    r"(?:accept|allow|reject) (?:all )?cookies", r"(?:©|\(c\) ?\d|copyright (?:©|\d)).{0,150}",
    r"all rights reserved.{0,60}",
    r"mehr erfahren", r"(?:artikel )?teilen(?: (?:auf|via)\b.{0,30})?", r"anzeige", r"nach oben",
    r"alle rechte vorbehalten.{0,60}",
    r"en savoir plus", r"partager (?:cet article|sur)\b.{0,30}", r"publicité", r"haut de page",
    r"tous droits réservés.{0,60}",
    r"compartir (?:en|este artículo)\b.{0,30}", r"publicidad", r"volver arriba", r"condividi (?:su|questo)\b.{0,30}",
    r"pubblicità",
    r"compartilhe?\b.{0,30}", r"publicidade", r"deel dit artikel", r"advertentie", r"udostępnij", r"reklama",
    r"поделиться(?: (?:в|на|ссылкой|новостью)\b.{0,30})?", r"на правах рекламы", r"реклама",
    r"подписывайтесь на\b.{0,60}", r"наверх",
    r"все права защищены.{0,60}", r"поділитися", r"paylaş", r"シェアする", r"広告", r"無断転載.{0,20}",
    r"分享到?[:：]?.{0,12}", r"广告",
    r"版权所有.{0,40}", r"공유하기",
)  # fmt: skip
# Lines of links or buttons that mean nothing else then; in a text about programs they are words.
_BUTTONS = re.compile(
    r"(?:share|tweet|print|e-?mail|facebook|twitter|x|linkedin|whatsapp|telegram|reddit|pinterest|vk|save|bookmark|copy|"
    r"more|home|menu|search|next|previous|prev|comments?|reply|report|permalink|subscribe|sign in|log in|login|register|"
    r"teilen|drucken|partager|imprimer|compartir|imprimir|condividi|stampa|печать|вконтакте|ответить|[|·•/,»›→]|\s)+",
    re.IGNORECASE,
)
# What begins a line that only points to another article.
_POINTER = re.compile(
    r"(?:read (?:more|also|next)|see also|also read|related(?: stories| articles?)?|more (?:on this|from)|don't miss|"
    r"lesen sie auch|mehr zum thema|auch interessant|lire aussi|à lire aussi|lea también|leer también|te puede interesar|"
    r"leggi anche|leia também|lees ook|czytaj (?:też|także|również)|читайте (?:также|також)|читать также|по теме)"
    r"\s*[:：—–-]",
    re.IGNORECASE,
)
# Where a page stands in its site: Home › News › City.
_PATH = re.compile(r"[^›»>/]{1,40}(?:\s*[›»>/]\s*[^›»>/]{1,60}){1,6}")

_REMEMBERED = 2_000  # lines: the menus of a site are the same on each of its pages

_IS_MORE = re.compile(f"(?:{'|'.join(_MORE)}){_END}", re.IGNORECASE)
_IS_PHRASE = re.compile(f"(?:{'|'.join(_PHRASES)}){_END}", re.IGNORECASE)


@lru_cache(maxsize=_REMEMBERED)
def is_furniture(line: str, linked: bool) -> bool:
    """Return whether a line that stands alone is furniture; `linked` says that it is made of links or buttons."""
    return _IS_PHRASE.fullmatch(line) is not None or (linked and _BUTTONS.fullmatch(line) is not None)


@lru_cache(maxsize=_REMEMBERED)
def is_more(words: str) -> bool:
    """Return whether words of a line, such as a link's, only lead to the rest of the text."""
    return _IS_MORE.fullmatch(words) is not None


@lru_cache(maxsize=_REMEMBERED)
def is_pointer(line: str) -> bool:
    """Return whether a line of links begins as one that only leads to another article."""
    return _POINTER.match(line) is not None


@lru_cache(maxsize=_REMEMBERED)
def is_path(line: str) -> bool:
    """Return whether a line of links says where the page stands in its site."""
    return _PATH.fullmatch(line) is not None

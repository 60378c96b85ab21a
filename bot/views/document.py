"""An article as a file that any phone opens: one page of HTML with the quotes highlighted. Pure."""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from bot.views.links import web_link
from bot.views.origins import origin
from bot.views.reading import paragraphs
from bot.views.text import clean, shortened
from bot.views.words import Words
from retrieval.models import Article, Span, StoredArticle

MAX_FILE_NAME = 80
"""Bytes of the part of a file's name that is made of the title."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 40rem; margin: 0 auto; padding: 1rem; font: 1.1rem/1.6 Georgia, serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
header { font-family: system-ui, sans-serif; font-size: .9rem; margin-bottom: 2rem; }
header p { margin: .25rem 0; }
article p { white-space: pre-line; margin: 0 0 1rem; }
mark { background: #ffe58a; color: #111; padding: .1em 0; scroll-margin-top: 30vh; }
mark:target { outline: 2px solid #d08700; }
nav a { display: inline-block; padding: .3rem .7rem; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def full_text(stored: StoredArticle, marks: Sequence[Span], words: Words) -> bytes:
    """Return the article as a page that needs nothing else and runs nothing, in UTF-8.

    Args:
        marks: the quotes, as ranges of the article's text, highlighted as `q1`, `q2` and so on in the order given;
            they may overlap. What lies outside the text is left out.
    """
    article = stored.article
    title = shortened(article.title, len(article.title)) or words("untitled")
    shown = {n: mark for n, mark in enumerate(marks, 1) if clean(article.text[mark.start : mark.end]).strip()}
    page = f"""<!DOCTYPE html>
<html lang="{words.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{_escaped(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
{"".join(_header(stored, title, shown, words))}</header>
<article{_language(article)}>
{"".join(_body(article.text, shown))}</article>
</body>
</html>
"""
    return page.encode()


def file_name(stored: StoredArticle) -> str:
    """Return a name for the article's file that every system takes: its title in letters and digits, and its number."""
    title = unicodedata.normalize("NFC", clean(stored.article.title))
    readable = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in title)
    name = "-".join(readable.split()).encode()[:MAX_FILE_NAME].decode(errors="ignore").rstrip("-")
    return f"{name or 'article'}-{stored.key}.html"


def _header(stored: StoredArticle, title: str, shown: Mapping[int, Span], words: Words) -> Iterator[str]:
    article = stored.article
    yield f'<h1 dir="auto">{_escaped(title)}</h1>\n'
    where = origin(article, words, article.source, article.author, longest=sys.maxsize)
    if where:
        yield f'<p dir="auto">{_escaped(where)}</p>\n'
    address = web_link(article.url)
    if address is not None:
        yield f'<p><a href="{_escaped(address)}">{_escaped(words("document-original"))}</a></p>\n'
    quotes = "".join(
        f'<a href="#q{n}">{_escaped(" · ".join(filter(None, (str(n), words.pages(article.pages_of(mark))))))}</a>'
        for n, mark in shown.items()
    )
    if quotes:
        yield f"<nav>{_escaped(words('document-quotes'))} {quotes}</nav>\n"


def _body(text: str, shown: Mapping[int, Span]) -> Iterator[str]:
    named: set[int] = set()
    for paragraph in paragraphs(text, 0, len(text)):
        part = text[paragraph.start : paragraph.end]
        start = paragraph.start + len(part) - len(part.lstrip())
        end = paragraph.start + len(part.rstrip())
        if clean(part).strip():
            yield f'<p dir="auto">{"".join(_marked(text, Span(start, end), shown, named))}</p>\n'


def _marked(text: str, part: Span, shown: Mapping[int, Span], named: set[int]) -> Iterator[str]:
    """Yield a paragraph's text, cut wherever a quote begins or ends; `named` are the quotes that have their id."""
    edges = (min(max(edge, part.start), part.end) for mark in shown.values() for edge in (mark.start, mark.end))
    for start, end in pairwise(sorted({part.start, *edges, part.end})):
        written = _escaped(clean(text[start:end]))
        over = [n for n, mark in shown.items() if mark.start <= start and end <= mark.end]
        first, *others = [n for n in over if n not in named] or [0]
        named.update(over)
        name = f' id="q{first}"' if first else ""
        anchors = "".join(f'<a id="q{n}"></a>' for n in others)
        yield f"<mark{name}>{anchors}{written}</mark>" if over else written


def _language(article: Article) -> str:
    known = article.language and _LANGUAGE.fullmatch(article.language)
    return f' lang="{article.language}"' if known else ""


def _escaped(text: str) -> str:
    return html.escape(text)

"""What a file says of an article to a checked article: types, title, dates, addresses, language, id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from ingest.dates import iso_date
from ingest.normalize import canonical_text, is_blank, one_line, without_surrogates
from ingest.sources.addresses import canonical_url
from ingest.sources.draft import Draft, Found, Place
from ingest.sources.titles import title_of
from retrieval.errors import ArticleError
from retrieval.models import Article, Identity

_DEEPEST = 50  # levels of lists and objects in metadata
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9_-]+)?", re.IGNORECASE | re.ASCII)


def assemble(found: Found, place: Place) -> Draft:
    """Check all that a file or line says of an article and bring it into its final form.

    A date, an address or a language that is not understood does not cost the article: the field stays empty, the
    value goes to the metadata (`published_as_given` and so on) and a notice says so.

    Raises:
        ArticleError: there is no text, or a field holds what cannot be meant.
    """
    text = canonical_text(found.text)
    if is_blank(text):
        raise ArticleError("has no text; add some or remove it")
    fields = found.fields
    given = {"published": _published(fields), "url": _text(fields, "url"), "language": _text(fields, "language")}
    understood = {key: _UNDERSTAND[key](value) if value else None for key, value in given.items()}
    unclear = {key: value for key, value in given.items() if value and not understood[key]}
    article_id, identity = _identity(_given_id(fields), understood["url"], place)
    article = Article(
        id=article_id,
        text=text,
        title=_title(fields, text),
        url=understood["url"],
        published=understood["published"],
        author=_author(fields),
        source=_text(fields, "source"),
        language=understood["language"],
        metadata={
            **_storable_object(found.metadata, 1),
            **{f"{key}_as_given": value for key, value in unclear.items()},
        },
    )
    return Draft(
        article, place.name, place.origin, identity, found.notices + tuple(map(_notice, unclear.items())), place.size
    )


def _notice(unclear: tuple[str, str]) -> str:
    key, value = unclear
    what = {"published": "date", "url": "address", "language": "language"}[key]
    shown = value if len(value) <= 80 else f"{value[:79]}…"
    return f'the {what} "{shown}" was not understood and is kept as metadata'


def _title(fields: Mapping[str, object], text: str) -> str:
    title = _text(fields, "title")
    return title if title and not is_blank(title) else title_of(text)


def _text(fields: Mapping[str, object], key: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArticleError(f'has a "{key}" that is not text; write it in quotes')
    return one_line(value) or None


def _author(fields: Mapping[str, object]) -> str | None:
    value = fields.get("author")
    if not isinstance(value, list):
        return _text(fields, "author")
    if not all(isinstance(name, str) for name in value):
        raise ArticleError('has an "author" that is not a list of names; write each in quotes')
    return ", ".join(name for name in map(one_line, value) if name) or None


def _published(fields: Mapping[str, object]) -> str | None:
    value = fields.get("published")
    if type(value) is int:  # a bare year
        return str(value)
    return _text(fields, "published")


def _language(given: str) -> str | None:
    match = _LANGUAGE.fullmatch(given)
    return match[1].lower() if match else None


def _link(given: str) -> str | None:
    return given if canonical_url(given) else None


_UNDERSTAND = {"published": iso_date, "url": _link, "language": _language}


def _given_id(fields: Mapping[str, object]) -> str | None:
    value = fields.get("id")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ArticleError('has an "id" that is neither text nor a number; write it in quotes')
    article_id = str(value).strip()
    if any(unicodedata.category(ch) in ("Cc", "Cs", "Zl", "Zp") for ch in article_id):
        raise ArticleError('has an "id" with control characters or line breaks; remove them')
    return article_id or None


def _identity(given: str | None, url: str | None, place: Place) -> tuple[str, Identity]:
    if given:
        return given, "given"
    address = canonical_url(url) if url else None
    return (address, "url") if address else (place.origin, "path")


def _storable(value: object, depth: int) -> Any:
    """Return a JSON value as it is, but with text that can be stored, and not so deep that later steps fail on it."""
    if depth > _DEEPEST:
        raise ArticleError(f"has metadata more than {_DEEPEST} levels deep; make it flatter")
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return _storable_object(value, depth + 1)
    return value


def _storable_object(value: Mapping[str, object], depth: int) -> dict[str, Any]:
    return {without_surrogates(key): _storable(item, depth) for key, item in value.items()}

"""JSON Lines, one article a line: read as a stream, and the record that export writes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from io import BufferedReader
from typing import Any, NoReturn

from ingest.sources.assemble import assemble
from ingest.sources.decode import lines_of
from ingest.sources.draft import FIELDS, Draft, Found, Place, Problem
from retrieval.errors import ArticleError
from retrieval.models import Article

LONGEST_LINE = 50_000_000  # bytes


def read_jsonl(stream: BufferedReader, place: Place) -> Iterator[Draft | Problem]:
    """Yield what each line of `stream` holds, in order; blank lines are passed over, memory is that of one line.

    Raises:
        OSError: reading fails; what was yielded before stands.
    """
    passed = 0
    for number, line in enumerate(lines_of(stream, LONGEST_LINE), start=1):
        passed += line.size
        if not (line.cut or line.text.strip()):
            continue
        at = Place(f"{place.name}:{number}", f"{place.origin}:{number}", passed)
        passed = 0
        try:
            if line.cut:
                raise ArticleError(f"is longer than {LONGEST_LINE // 1_000_000} MB; split the article")
            yield assemble(_record(line.text.rstrip("\r\n"), line.notices), at)
        except ArticleError as error:
            yield Problem(at.name, str(error), at.size)


def article_to_record(article: Article) -> dict[str, Any]:
    """Return what export writes as one line: the fields, then the metadata; reading it gives the same article again."""
    return {**{key: getattr(article, key) for key in FIELDS}, **article.metadata}


def _record(line: str, notices: tuple[str, ...]) -> Found:
    record = _parsed(line)
    if not isinstance(record, dict):
        raise ArticleError('is not a JSON object; write one a line, such as {"title": "...", "text": "..."}')
    text = record.get("text")
    if text is None:
        raise ArticleError('has no "text"; add it')
    if not isinstance(text, str):
        raise ArticleError('has a "text" that is not text; write it in quotes')
    fields = {key: record[key] for key in FIELDS if key in record}
    return Found(text, fields, {key: value for key, value in record.items() if key not in FIELDS}, notices)


def _parsed(line: str) -> object:
    try:
        return json.loads(line, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise ArticleError(f"is not valid JSON at column {error.pos + 1} ({error.msg}); correct the line") from error
    except RecursionError as error:
        raise ArticleError("is nested too deeply; make it flatter") from error
    except ValueError as error:  # Python's own limit on the digits of a number
        raise ArticleError("holds a number that is too long; write it in quotes") from error


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        _refuse(digits)
    return value


def _refuse(constant: str) -> NoReturn:
    raise ArticleError(f"holds {constant[:20]}, which is no JSON number; leave it out or write null")

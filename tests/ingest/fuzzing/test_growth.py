"""A few pieces, a hundred thousand times over: a worker keeps its limits, and the next document is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.web.fetched import as_document
from ingest.worker import Worker
from retrieval.errors import ArticleError
from tests.ingest.documents.building import docx, epub
from tests.ingest.fuzzing import markup, seeds
from tests.ingest.fuzzing.properties import demand_articles, demand_line
from tests.ingest.fuzzing.seams import ADDRESS

_SIZE = 300_000  # bytes
_EXAMPLES = 12
_BROKEN = re.compile(
    "makes the program that reads it crash|cannot be read \\((?!UnicodeEncodeError)"
)  # feedparser's own

_MARKDOWN = (
    b"*", b"**a", b"_", b"`", b"[", b"](", b"![", b"> ", b"- ", b"1. ", b"|", b"<b>", b"\\", b"&",
    b"~~", b"\n", b"    ", b"# ", b"a", b"<!--",
)  # fmt: skip
_MAIL = (
    b"--b\n",
    b"\n\n",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"X: y\n",
    b"=?utf-8?q?=41?=",
    b"<",
    b",",
    b"(",
    b" ",
    b"a@b,",
)
_BEGINNINGS: dict[str, bytes] = {
    "html": b"<h1>Bridge</h1>", "links": b"<h1>Bridge</h1>", "page": b"<h1>Bridge</h1>", "markdown": b"# Bridge\n",
    "feed": b"<rss version='2.0'><channel>", "sitemap": b"<urlset>", "email": b"From: a@b\nSubject: ",
    "telegram": seeds.TELEGRAM[:-3], "docx": b"", "epub": b"",
}  # fmt: skip
_PIECES: dict[str, tuple[bytes, ...]] = {
    "markdown": _MARKDOWN, "feed": markup.XML, "sitemap": markup.XML, "email": _MAIL,
    "telegram": (*markup.JSON[:14], b"[{"), "docx": (*markup.XML, b"<w:p><w:r><w:t>a</w:t></w:r></w:p>"),
}  # fmt: skip


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


def packed(kind: str, data: bytes) -> bytes:
    if kind == "docx":
        return docx(data.decode("utf-8", "replace"))
    if kind == "epub":
        return epub({"a.xhtml": data.decode("utf-8", "replace")})
    return as_document(data, ADDRESS, public=True) if kind == "page" else data


def reason_of(worker: Worker, kind: str, data: bytes) -> str:
    """Return why there is no article, empty where there is one."""
    try:
        demand_articles(worker.read(kind, data))
    except ArticleError as error:
        demand_line(str(error))
        return str(error)
    return ""


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", _BEGINNINGS)
@settings(max_examples=_EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_comes_over_and_over_is_read_or_refused_in_time(kind: str, worker: Worker, data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.sampled_from(_PIECES.get(kind, markup.HTML)), min_size=1, max_size=3))
    words = b"".join(pieces)
    assert not _BROKEN.match(reason_of(worker, kind, packed(kind, _BEGINNINGS[kind] + words * (_SIZE // len(words)))))
    assert reason_of(worker, "html", seeds.PAGES[0]) == ""

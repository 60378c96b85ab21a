"""What fuzzing has found, and what it gets since."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, cast

import pytest

from ingest.documents.readers import reader_of
from ingest.sources.hidden import drop_hidden
from ingest.sources.reading import parse_page, reading_text
from ingest.worker import Worker
from retrieval.errors import ArticleError
from tests.conftest import ROOT
from tests.ingest.documents.building import docx, paragraph
from tests.ingest.fuzzing.seams import READS
from tests.ingest.fuzzing.test_worker_protocol import ARTICLE, Child, message
from tests.ingest.web.reading import item, rss


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        pytest.param(
            "docx", docx(paragraph("a", inside='<w:r><w:footnoteReference w:id="9"/></w:r>')),
            "has a part that is missing or refers to nothing", id="Word: a note that is not there",
        ),
        pytest.param(
            "email", b"From: a@b\nSubject: " + b"=?utf-8?q?=41?= " * 20_000 + b"\n\n", "has no text",
            id="mail: a header of 300 KB",
        ),
    ],
)  # fmt: skip
def test_refused(kind: str, data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        list(reader_of(kind)(data))


def test_the_columns_of_a_table_are_named_without_what_a_terminal_obeys() -> None:
    READS["table"](b"a,\x1b]0;x\x07\n1,2\n")


@pytest.mark.parametrize(
    "hiding",
    [
        "style='display:none ! important'",
        "style='display:/**/none'",
        "style='display:none/* } */!IMPORTANT'",
        "class=a",
    ],
)
def test_a_style_is_read_as_browsers_read_it(hiding: str) -> None:
    root = parse_page(f"<style>.a {{ display : none ! important }}</style><p>seen</p><p {hiding}>x</p>")
    drop_hidden(root)
    assert reading_text(root.body) == "seen"


def test_what_a_child_process_says_is_a_line_and_no_more() -> None:
    worker = Worker()
    odd = {**ARTICLE, "name": "a\nb: new", "notices": ["\x1b[2J", "\x1b]0;x\x07read"], "problem": "x\ny: failed"}
    worker._process = cast(Any, Child(message(odd) + message({"end": "no\n\x1b[2Jgood", "last": True})))
    with pytest.raises(ArticleError, match=r"^no \[2Jgood$"):
        worker.read("html", b"")
    worker._process = cast(Any, Child(message(odd) + message({"end": "", "last": True})))
    [part] = worker.read("html", b"")
    assert (part.name, part.found.notices, part.problem) == ("a b: new", ("[2J", "]0;xread"), "x y: failed")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("&#55357;&#56832;", "a 😀 b", id="both halves"),
        pytest.param("&#xD83D;&#xDE00;", "a 😀 b", id="both halves, hexadecimal"),
        pytest.param("&#xD800;", "a \ufffd b", id="one half"),
        pytest.param("&#55357;&#57999;", "a \ufffd\ue28f b", id="one half before another letter"),
        pytest.param("&#55000;", "a 훘 b", id="no half"),
    ],
)
def test_half_a_character_does_not_cost_a_feed(written: str, read: str) -> None:
    [entry] = reader_of("feed")(rss(item("/a", f"a {written} b")).encode())
    assert entry.found.fields["title"] == read


def test_what_feedparser_cannot_take_is_a_reason() -> None:
    with pytest.raises(ArticleError, match="so damaged that it cannot be read"):
        list(reader_of("feed")(b'<?xml version="1.0" encoding="utf\0-8"?><rss version="2.0"><channel>'))


def test_a_sitemap_with_open_elements_is_read_without_writing_to_what_is_freed() -> None:
    broken = b"<site><sitemap><lastmod>2026</lastmod></sitemap>l><loc>/b?c=1&emapindex>"
    program = (
        "import sys\nfrom ingest.web.sitemaps import read_sitemap\nfrom retrieval.errors import ArticleError\n"
        "for _ in range(3000):\n    try: list(read_sitemap(sys.argv[1].encode()))\n    except ArticleError: pass"
    )
    # What is freed is filled with a byte, so that whoever still uses it notices.
    environment = {**os.environ, "MALLOC_PERTURB_": "165", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program, broken.decode()], env=environment, check=False)
    assert done.returncode == 0

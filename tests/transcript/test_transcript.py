"""The conversations in README and docs are what the bot says today."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.sources.walk import read_articles
from retrieval.encoder import Encoder
from tests.telegram.parser import parse
from tests.telegram.records import Sent
from tests.transcript import markdown
from tests.transcript.placing import BEGIN, END, PLACES, placed, replaced
from tests.transcript.scenes import SAMPLES, played


@pytest.mark.parametrize("document", PLACES, ids=lambda path: path.name)
def test_a_transcript_is_what_the_command_prints(document: Path, sample_data_dir: Path, encoder: Encoder) -> None:
    today = played(PLACES[document], sample_data_dir, encoder)
    assert placed(document.read_text("utf-8")) == today, "run `make transcript ARGS=--write`, and read what changed"


@pytest.mark.parametrize("document", PLACES, ids=lambda path: path.name)
def test_every_quote_in_a_transcript_is_in_the_sample_articles(document: Path) -> None:
    texts = [found.article.text for found in read_articles([str(SAMPLES)], print)]
    transcript = placed(document.read_text("utf-8"))
    quotes = re.findall(r"(?:^>.*\n)+", transcript + "\n", re.MULTILINE)
    assert quotes
    for quote in quotes:
        for part in re.sub(r"^> ?|\*\*|\\", "", quote, flags=re.MULTILINE).strip().split("…"):
            words = " ".join(part.split())
            assert any(words in " ".join(text.split()) for text in texts), words


def a_message(html: str, *rows: list[str]) -> Sent:
    keyboard = tuple(tuple({"text": label, "callback_data": "x"} for label in row) for row in rows)
    return replace(Sent(1, 1, parse(html, "HTML"), None, None, time.monotonic()), keyboard=keyboard)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("one\ntwo\n\nthree", "one\\\ntwo\n\nthree", id="lines and paragraphs"),
        pytest.param("1. a_b &lt;i&gt; *", "1\\. a\\_b \\<i\\> \\*", id="signs that mean something in Markdown"),
        pytest.param(
            '<b>1. <a href="https://e.example/a#:~:text=x">T</a></b>', "**1. [T](https://e.example/a)**", id="title"
        ),
        pytest.param(
            '<a href="https://e.example/"><b>😀 T</b></a>!', "**[😀 T](https://e.example/)**!", id="same span"
        ),
        pytest.param("<b>😀 a\n\nb</b> c", "**😀 a**\n\n**b** c", id="bold over two paragraphs"),
        pytest.param("<i>a</i>\n<blockquote>b\n\nc <b>d</b></blockquote>e", "*a*\n> b\n>\n> c **d**\n\ne", id="quote"),
    ],
)
def test_a_message_becomes_markdown(html: str, expected: str) -> None:
    assert markdown.said(a_message(html)) == f"**Citegram:** {expected}"


def test_a_reply_stands_below_what_was_written_and_its_buttons_below_it() -> None:
    said = markdown.said(a_message("x", ["Context", "More"], ["👍"]))
    assert markdown.written("a_b") + said == "**You:** a\\_b\\\n**Citegram:** x\n\n[ Context ] [ More ] [ 👍 ]"


def test_a_transcript_takes_the_place_of_the_one_before() -> None:
    document = f"a\n{BEGIN}\nold\n{END}\nb\n"
    new = replaced(document, "new\n\nlines")
    assert placed(new) == "new\n\nlines"
    assert new == f"a\n{BEGIN}\n\nnew\n\nlines\n\n{END}\nb\n"
    with pytest.raises(ValueError, match="unpack"):
        replaced("no comments", "x")

"""From a PDF to the chat: the page of every quote, a date that is a guess, a file that is gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ingest.documents.pdf import read_pdf
from ingest.sources.assemble import assemble
from ingest.sources.draft import Place
from retrieval.models import Article
from tests.bot.running import READER, bot_running
from tests.bot.tapping import labels, opened, said
from tests.fakes import FakeCitegram
from tests.ingest.documents.building import Text, column, pdf
from tests.telegram.double import Sent, TelegramDouble

URL = "https://news.example/dredging.pdf"
FIRST = ["The inlet at Larkmoor silts up", "each winter, so that the harbour"]
LAST = ["office sent for a dredger.", "It has sunk twice. The third one floats."]


def report(path: Path) -> Article:
    """An article as ingest makes it of a PDF of three pages, the second empty."""
    pages = column(40, 120, FIRST), list[Text](), column(40, 700, LAST)
    found = read_pdf(pdf(*pages, info={"Title": "Dredging", "CreationDate": "D:20241012080000Z"}))
    item = assemble(replace(found, fields={**found.fields, "url": URL}), Place("dredging.pdf", str(path))).article
    return replace(item, metadata={**item.metadata, "gone_since": "2026-05-20"})


def links(message: Sent) -> list[str]:
    return [url for _, url in message.parsed.links() if url.startswith(URL)]


def test_quotes_of_a_document_say_on_which_page_they_stand(double: TelegramDouble, tmp_path: Path) -> None:
    about = "about 12 October 2024"
    gone = "gone from its source since 20 May 2026"
    with bot_running(double, FakeCitegram((report(tmp_path),))):
        over = said(double, "where is each winter", READER)
        behind = said(double, "where is sunk twice", READER)
        around = opened(double, READER, behind, "Context")
        considered = opened(double, READER, behind, "Sources")
        file_offered = labels(behind)
    assert over.text.splitlines()[1] == f"{about} · pp. 1–3 · {gone}"
    assert behind.text.splitlines()[1] == around.text.splitlines()[1] == f"{about} · p. 3 · {gone}"
    assert considered.text.splitlines()[3].startswith(f"{about} · p. 3 · {gone} · ")
    assert [links(message) for message in (over, behind, around, considered)] == [
        [f"{URL}#page=1"], [f"{URL}#page=3"], [f"{URL}#page=3"], [f"{URL}#page=3"],
    ]  # fmt: skip
    assert "Full text" in file_offered

"""The whole main path as an operator runs it: ingest, the bot as a process with the real core, a question, a stop."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.bot.running import READER, bot_process, clean_environment
from tests.telegram.double import TelegramDouble

BRIDGE = """---
title: Harbour bridge closes for repairs
author: Ada Brook
source: Harbour Post
url: https://news.example/bridge
published: 2026-03-03
---
The harbour bridge in Westmere was closed on Monday morning. Inspectors had found rust in eleven of its hanger cables.

Buses are diverted through the old tunnel until the cables have been replaced, which the city expects to take nine weeks.
"""
MUSEUM = """---
title: Museum buys a whale
source: Meadow Gazette
published: 2026-04-10
---
The natural history museum has bought the skeleton of a sperm whale. It will hang in the entrance hall from September.
"""


def test_an_ingested_article_is_quoted_in_telegram(double: TelegramDouble, tmp_path: Path) -> None:
    data = tmp_path / "data"
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    (articles / "museum.md").write_text(MUSEUM, encoding="utf-8")
    ingested = subprocess.run(
        [sys.executable, "-m", "ingest", str(articles)],
        cwd=tmp_path,
        env={**clean_environment(), "CITEGRAM_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ingested.returncode == 0, ingested.stderr

    with bot_process(double.url, tmp_path, module="bot") as process:
        double.send_text(READER, "Why was the harbour bridge in Westmere closed?")
        double.send_text(READER, "/start")
        answer, welcome = double.wait_for_messages(READER, 2, timeout=80)
        process.signal(signal.SIGTERM)
        assert process.wait() == 0

    assert "bridge in Westmere was closed" in " ".join(answer.quotes)
    assert all(quote in BRIDGE for quote in answer.quotes)
    assert answer.text.startswith("1. Harbour bridge closes for repairs\nHarbour Post · Ada Brook · 3 March 2026\n")
    title, link = answer.parsed.links()[0]
    assert title == "Harbour bridge closes for repairs"
    assert link.startswith("https://news.example/bridge#:~:text=")
    assert "I know 2 articles from" in welcome.text
    assert "Traceback" not in process.output
    assert _processes_of(data) == []


def _processes_of(data: Path) -> list[list[str]]:
    """Return the command lines that name the data directory: the local index server's, if it was left behind."""
    lines = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
    return [line for line in lines if any(str(data) in word for word in line)]

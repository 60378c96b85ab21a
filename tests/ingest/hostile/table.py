"""The table in docs/hostile.md of what each hostile input gets; `python -m tests.ingest.hostile` writes it anew."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ingest.workers import Workers
from tests.ingest.hostile.file_trials import FILE_TRIALS
from tests.ingest.hostile.web_trials import WEB_TRIALS
from tests.ingest.hostile.world import Hostile, world

DOCUMENT = Path(__file__).parents[3] / "docs" / "hostile.md"
TRIALS: list[Hostile] = [*WEB_TRIALS, *FILE_TRIALS]

_SECTIONS = (
    "Addresses", "Answers of servers", "Feeds and sitemaps", "Pages", "Documents", "Files and archives", "Texts",
    "Orders to the model",
)  # fmt: skip
_BEGIN = "<!-- what follows is written by `python -m tests.ingest.hostile` -->\n"


def documented(table: str) -> dict[str, str]:
    """The rows of the table in the docs by what is given."""
    rows = [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in table.splitlines() if line[:2] == "| "]
    return {row[0]: row[1].replace("\\|", "|") for row in rows if len(row) == 2}


def as_row(what: str, gets: str) -> str:
    return f"| {what} | {gets.replace('|', chr(92) + '|')} |"


def write() -> None:
    """Give every input, and put what it gets into the docs."""
    before = DOCUMENT.read_text("utf-8").partition(_BEGIN)[0]
    DOCUMENT.write_text(f"{before}{_BEGIN}{_table()}", "utf-8")


def _table() -> str:
    lines: list[str] = []
    with Workers() as workers:
        for section in _SECTIONS:
            lines += ["", f"## {section}", "", "| what comes | what it gets |", "|---|---|"]
            for one in (one for one in TRIALS if one.section == section):
                with tempfile.TemporaryDirectory() as folder, world(Path(folder), workers) as around:
                    lines.append(as_row(one.what, one.trial(around)))
    return "\n".join(lines) + "\n"

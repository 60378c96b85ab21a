"""README and docs name what there is: commands, settings, log lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from ingest.watching.config import parse_config
from retrieval.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
TELEGRAM = (ROOT / "docs" / "telegram.md").read_text("utf-8")
WATCHING = (ROOT / "docs" / "watching.md").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
_HOLES = re.compile(r"\.\.\.|\(\.\.\.\)|\bN\b|\b10\b|@|https://t\.me/")
_MARKS = re.compile(r"%[.\d]*[sdf]|\{[^}]*\}|\"\s+f?\"")


def test_every_command_is_described_in_the_docs() -> None:
    assert [one.name for one in COMMANDS if one.listed and f"`/{one.name}" not in TELEGRAM] == []


def test_the_docs_describe_no_other_command() -> None:
    described = {
        name for name in re.findall(r"^\| (.*?) \|", TELEGRAM, re.MULTILINE) for name in re.findall(r"`/(\w+)", name)
    }
    assert described <= {one.name for one in COMMANDS}


def test_every_setting_is_in_the_readme() -> None:
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert names - {name for row in README.splitlines() for name in _variables(row)} == set()


def _variables(row: str) -> list[str]:
    """Return the variables of a table row, also those told by what they have behind their shared beginning."""
    cell = row.removeprefix("| ").partition(" |")[0]
    first, *others = re.findall(r"`([A-Z_]+)`", cell) or [""]
    starts = [first, *(first[:n] for n, letter in enumerate(first) if letter == "_")]
    return [first, *(start + other for other in others for start in starts)]


def test_the_configuration_that_the_docs_show_is_one() -> None:
    shown = re.search(r"```toml\n(.*?)```", WATCHING, re.DOTALL)
    assert shown is not None
    config = parse_config(shown[1].encode(), Path("watch.toml"))
    assert [source.kind for source in config.sources] == ["feed", "sitemap", "site", "pages", "folder"]


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 200


@pytest.mark.parametrize(
    "line", re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`[A-Z.].*?) \|", OPERATING, re.MULTILINE)))
)
def test_the_log_lines_that_the_docs_explain_are_written(line: str) -> None:
    source = "\n".join(
        path.read_text("utf-8") for folder in ("bot", "retrieval") for path in (ROOT / folder).rglob("*.py")
    )
    written = " ".join(_MARKS.sub(" ", source).split())
    parts = [part.strip(" .,;") for part in _HOLES.split(line)]
    assert [part for part in parts if part.strip("()") and " ".join(part.split()) not in written] == []

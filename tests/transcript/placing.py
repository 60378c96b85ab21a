"""Where transcripts stand in the documents: between two comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.transcript.scenes import LONG, SHORT, Scene

ROOT = Path(__file__).parents[2]
PLACES: Mapping[Path, Sequence[Scene]] = {ROOT / "README.md": SHORT, ROOT / "docs" / "telegram.md": LONG}
BEGIN = "<!-- transcript: written by `make transcript ARGS=--write` -->"
END = "<!-- end of transcript -->"


def placed(document: str) -> str:
    """Return the transcript that stands in a document.

    Raises:
        ValueError: the comments are not there, once each.
    """
    _, transcript, _ = _parts(document)
    return transcript.strip("\n")


def replaced(document: str, transcript: str) -> str:
    """Return a document with another transcript.

    Raises:
        ValueError: the comments are not there, once each.
    """
    before, _, after = _parts(document)
    return f"{before}{BEGIN}\n\n{transcript}\n\n{END}{after}"


def _parts(document: str) -> tuple[str, str, str]:
    before, rest = document.split(BEGIN)
    transcript, after = rest.split(END)
    return before, transcript, after

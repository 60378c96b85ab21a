"""Each hostile input gets the line that docs/hostile.md tells, soon, and the rest goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.workers import Workers
from tests.ingest.hostile.table import DOCUMENT, TRIALS, documented
from tests.ingest.hostile.world import Hostile, world

_SECONDS = 30.0  # twenty that a document may take, and some on a busy machine


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1) as workers:
        yield workers


@pytest.mark.parametrize(
    "hostile",
    [pytest.param(one, id=one.what, marks=[pytest.mark.long] if one.slow else []) for one in TRIALS],
)
def test_a_hostile_input_gets_the_line_in_the_docs(hostile: Hostile, workers: Workers, tmp_path: Path) -> None:
    began = time.monotonic()
    with world(tmp_path, workers) as around:
        assert hostile.trial(around) == documented(DOCUMENT.read_text("utf-8")).get(hostile.what)
    assert time.monotonic() - began < _SECONDS


def test_the_docs_tell_of_no_other_input() -> None:
    told = documented(DOCUMENT.read_text("utf-8"))
    assert set(told) - {"what comes", "---"} == {one.what for one in TRIALS}
    assert len({one.what for one in TRIALS}) == len(TRIALS)

"""The whole, built from settings or from given parts."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.bootstrap import Citegram, open_citegram
from retrieval.catalog import Catalog
from retrieval.encoder import Encoder
from retrieval.errors import ModelError, SettingsError
from retrieval.models import Question, QuestionVectors
from retrieval.settings import Settings, load_settings
from tests.building import BRIDGE, article, put

QUESTION = "Why was Pellworth Bridge closed?"


@pytest.fixture
def settings(command_line: Path, sample_data_dir: Path) -> Settings:
    shutil.copytree(sample_data_dir, command_line)
    return load_settings()


@pytest.fixture
def citegram(settings: Settings) -> Iterator[Citegram]:
    with open_citegram(settings) as citegram:
        yield citegram


def keepers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "index-keeper"]


def test_it_answers_in_this_thread_and_from_an_event_loop(citegram: Citegram) -> None:
    now = citegram.answer_now(Question(QUESTION))
    later = asyncio.run(citegram.answer(Question(QUESTION)))
    assert now.status == later.status == "answered"
    assert now.quotes == later.quotes


def test_it_describes_what_it_answers_from(citegram: Citegram, settings: Settings) -> None:
    summary = citegram.describe()
    assert summary.articles >= 24
    assert summary.data_dir == str(settings.data_dir)
    assert len(summary.examples) == 3


def test_its_library_is_of_its_catalogue(citegram: Citegram) -> None:
    assert citegram.library.find().total == citegram.describe().articles
    assert citegram.library is citegram.library


def test_warm_loads_the_model_and_keeps_the_index_in_step(citegram: Citegram) -> None:
    others = keepers()
    citegram.warm()
    citegram.keep_index()
    assert citegram.encoder.loaded
    assert len(set(keepers()) - set(others)) == 1
    citegram.close()
    assert set(keepers()) <= set(others)
    citegram.close()


def test_warm_tells_of_a_catalogue_of_another_model(command_line: Path) -> None:
    with closing(Catalog.in_directory(command_line)) as catalog:
        put(catalog, article("a", BRIDGE))
    with open_citegram(load_settings()) as citegram, pytest.raises(ModelError, match="reindex --encode"):
        citegram.warm()


class Counting(Encoder):
    """An encoder that remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_question(self, text: str) -> QuestionVectors:
        self.asked.append(text)
        return super().encode_question(text)


def test_a_question_is_encoded_once(settings: Settings) -> None:
    counting = Counting()
    with open_citegram(settings, encoder=counting) as citegram:
        assert citegram.encoder is counting
        citegram.answer_now(Question(QUESTION))
        citegram.answer_now(Question(QUESTION))
    assert counting.asked == [QUESTION]


def test_wrong_settings_open_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEGRAM_DATA_DIR", "/dev/null/data")
    with pytest.raises(SettingsError):
        open_citegram(load_settings())

"""A running `ask --batch -` beside ingest, remove and whatever happens to the vector index."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from retrieval.catalog import FILE_NAME, Catalog
from retrieval.encoder import Encoder
from tests.system.articles import fact_of, facts, ingest_here, write_facts
from tests.system.processes import FRESH_SECONDS, Asking, Ingesting, run_well, wait_for_server
from tests.system.wholeness import assert_catalogue_is_whole, files_with, wait_for_index

pytestmark = pytest.mark.timeout(300)  # models are loaded, which on a busy machine takes half a minute each

THERE = facts(0, 12)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory, sample_data_dir: Path, encoder: Encoder) -> Path:
    """A data directory with articles and without an index."""
    directory = tmp_path_factory.mktemp("running") / "data"
    directory.mkdir()
    shutil.copy(sample_data_dir / FILE_NAME, directory)
    ingest_here(directory, encoder, write_facts(directory.parent / "there.jsonl", THERE))
    return directory


@pytest.fixture(scope="module")
def asking(data_dir: Path) -> Iterator[Asking]:
    with Asking(data_dir) as process:
        assert THERE[0].is_in(process.ask(THERE[0].question))
        yield process
        process.finish_input()
        assert process.wait() == 0
        assert "Traceback" not in process.err.text


@pytest.fixture(scope="module")
def samples(sample_data_dir: Path) -> dict[str, str]:
    """The texts of the sample articles, by id."""
    with closing(Catalog.in_directory(sample_data_dir)) as catalog:
        return {stored.article.id: stored.article.text for stored in catalog.articles()}


def test_the_index_is_built_from_the_catalogue_where_there_is_none(asking: Asking, data_dir: Path) -> None:
    wait_for_index(data_dir)
    assert json.loads(run_well("ingest", "stats", "--json", data_dir=data_dir))["queued_for_index"] == 0


def test_articles_of_another_process_are_answered_from_within_seconds_of_their_report(
    asking: Asking, data_dir: Path, samples: dict[str, str], tmp_path: Path
) -> None:
    new = facts(100, 130)
    answers: list[dict[str, Any]] = []
    with Ingesting(data_dir, write_facts(tmp_path / "new.jsonl", new)) as ingest:
        for fact in (new[0], new[-1]):
            reported_at, _ = ingest.err.wait(f":{fact.number - 99}: new, ")
            waited = asking.ask_until(fact.question, fact.is_in, FRESH_SECONDS, since=reported_at)
            print(f"{fact.article_id} was answered from {waited:.2f} s after its report")
            answers += [asking.ask(known.question) for known in THERE]
        assert ingest.wait() == 0
    for answer in answers:
        _assert_valid(answer, samples)
    assert [fact for fact, answer in zip(THERE * 2, answers, strict=True) if not fact.is_in(answer)] == []
    assert_catalogue_is_whole(data_dir)


def test_a_removed_article_is_quoted_in_no_later_answer_and_leaves_no_trace(
    asking: Asking, data_dir: Path, samples: dict[str, str]
) -> None:
    gone = THERE[3]
    assert gone.is_in(asking.ask(gone.question))
    assert files_with(data_dir, gone.phrase) != []
    assert run_well("ingest", "remove", gone.article_id, data_dir=data_dir) == f"removed {gone.article_id}\n"
    for _ in range(10):
        answer = asking.ask(gone.question)
        _assert_valid(answer, samples)
        assert gone.phrase not in json.dumps(answer)
        time.sleep(0.2)
    assert files_with(data_dir, gone.phrase) == []
    assert files_with(data_dir, gone.article_id) == []
    wait_for_index(data_dir)


def test_a_deleted_index_directory_is_made_anew_while_answers_go_on(
    asking: Asking, data_dir: Path, samples: dict[str, str]
) -> None:
    before = wait_for_server(data_dir)
    shutil.rmtree(data_dir / "chroma")
    for fact in THERE[4:]:
        answer = asking.ask(fact.question)
        _assert_valid(answer, samples)
        assert fact.is_in(answer)
    wait_for_server(data_dir, other_than=before.pid)
    wait_for_index(data_dir)
    assert THERE[0].is_in(asking.ask(THERE[0].question))


def test_the_question_in_hand_is_answered_when_the_server_is_killed_and_so_are_later_ones(
    asking: Asking, data_dir: Path, samples: dict[str, str]
) -> None:
    server = wait_for_server(data_dir)
    killer = threading.Timer(0.005, server.kill)
    killer.start()
    for fact in THERE[4:]:
        answer = asking.ask(fact.question)
        _assert_valid(answer, samples)
        assert fact.is_in(answer)
    killer.join()
    wait_for_server(data_dir, other_than=server.pid)
    assert THERE[0].is_in(asking.ask(THERE[0].question))
    wait_for_index(data_dir)


def _assert_valid(answer: dict[str, Any], samples: dict[str, str]) -> None:
    assert answer["status"] in ("answered", "not_found"), answer
    for quote in [*answer["quotes"], *answer["passages"], *answer["sentences"]]:
        text = samples.get(quote["article_id"]) or fact_of(quote["article_id"]).text
        assert text[quote["start"] : quote["end"]] == quote["text"]

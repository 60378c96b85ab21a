"""The vector index: what it finds, what it refuses, and how it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from retrieval.chroma_process import servers_of
from retrieval.chroma_server import LocalChroma, RemoteChroma
from retrieval.errors import IndexUnavailable
from retrieval.index import VectorIndex
from tests.retrieval.chroma_doubles import (
    DIMENSIONS,
    NAME,
    FixedServer,
    entries,
    exact,
    foreign_server,
    servers_below,
    wait_until,
)

_names = (f"citegram-{n:08}" for n in count())


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data_dir = tmp_path_factory.mktemp("chroma")
    server = LocalChroma(data_dir, NAME)
    yield server.find_or_start()
    server.close()
    assert servers_below(data_dir) == []


@pytest.fixture
def index(url: str, tmp_path: Path) -> Iterator[VectorIndex]:
    """An empty index that is read from, in a collection of its own on the shared server."""
    name = next(_names)
    index = VectorIndex(RemoteChroma(url, name, tmp_path), name)
    index.connect()
    index.mark_complete()
    yield index
    index.close()


def another(index: VectorIndex) -> VectorIndex:
    """The same index as another process has it."""
    return VectorIndex(index.server, index._name)


class TestReading:
    def test_the_nearest_come_first_with_their_cosine(self, index: VectorIndex) -> None:
        stored = entries(300)
        index.upsert(stored)
        vectors = np.stack([entry.vector for entry in stored])
        for asked in entries(20, first=1000):
            found = index.query(5 * asked.vector, 8)
            assert [id_ for id_, _ in found] == exact(stored, asked.vector, 8)
            assert [score for _, score in found] == pytest.approx(sorted(vectors @ asked.vector)[:-9:-1], abs=1e-5)

    def test_fewer_passages_than_asked_for_are_all_there_are(self, index: VectorIndex) -> None:
        assert index.query(entries(1)[0].vector, 5) == []
        index.upsert(entries(3))
        assert {id_ for id_, _ in index.query(entries(1)[0].vector, 5)} == {0, 1, 2}
        assert not index.doubted

    def test_passages_of_an_article_are_listed(self, index: VectorIndex) -> None:
        index.upsert(entries(25))
        assert index.ids_of_article(1) == set(range(10, 20))
        assert index.ids_of_articles([2, 7]) == {2: {20, 21, 22, 23, 24}, 7: set()}
        assert index.all_ids() == set(range(25))
        assert index.count() == 25


class TestWriting:
    def test_the_same_id_is_written_over(self, index: VectorIndex) -> None:
        first, second = entries(2)
        index.upsert([first, second])
        moved = replace(first, vector=entries(1, first=900)[0].vector, article=7)
        index.upsert([moved])
        assert index.count() == 2
        ((id_, score),) = index.query(moved.vector, 1)
        assert id_ == 0
        assert score == pytest.approx(1.0, abs=1e-5)
        assert index.ids_of_article(7) == {0}

    def test_more_than_one_write_holds_is_written(self, index: VectorIndex) -> None:
        stored = entries(1100)
        index.upsert(stored)
        assert index.all_ids() == set(range(1100))
        index.delete(range(1, 1100))
        assert index.all_ids() == {0}

    def test_deleting_nothing_or_what_is_not_there_is_no_error(self, index: VectorIndex) -> None:
        index.upsert(entries(1))
        index.delete([])
        index.delete([5])
        assert index.count() == 1

    def test_a_revision_leaves_what_it_says_and_nothing_of_what_was_there(self, index: VectorIndex) -> None:
        before = [replace(entry, metadata={"source": "The Gazette", "author": "A. Writer"}) for entry in entries(5)]
        index.upsert(before)
        after = [
            before[0],
            replace(before[1], metadata={"source": "The Herald"}),
            replace(before[2], text="Another passage."),
            replace(before[3], vector=-before[3].vector, article=9),
            replace(entries(1, first=70)[0], metadata={}),
        ]
        index.revise(after)
        index.delete([4])
        assert stored(index) == {
            entry.id: (entry.text, {**entry.metadata, "article": entry.article}) for entry in after
        }
        for entry in after:
            assert index.query(entry.vector, 1)[0][0] == entry.id

    def test_a_revision_replaces_no_vector_by_the_same(self, index: VectorIndex) -> None:
        """To replace one takes ten times as long as to add one, and nobody reads meanwhile."""
        there = entries(30)
        index.upsert(there)
        index.revise([replace(entry, vector=3 * entry.vector, metadata={"source": "New"}) for entry in there])
        connection = index._connection
        assert connection is not None
        vectors = np.asarray(connection.writer.get(include=["embeddings"])["embeddings"])
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(30), abs=1e-5)
        assert {metadata["source"] for _, metadata in stored(index).values()} == {"New"}

    def test_a_write_under_way_ends_well_when_a_reader_gives_the_connection_up(self, index: VectorIndex) -> None:
        done: list[bool] = []

        def write() -> None:
            index.upsert(entries(1000))
            done.append(True)

        writer = threading.Thread(target=write)
        writer.start()
        wait_until(lambda: index._connection is not None and index._connection.users > 0)
        index.lose()
        writer.join()
        assert done == [True]
        assert index.count() == 1000

    def test_many_threads_share_one_index(self, index: VectorIndex) -> None:
        index.upsert(entries(200))
        done: list[int] = []

        def work(seed: int) -> None:
            for asked in entries(8, first=10_000, seed=seed):
                assert len(index.query(asked.vector, 5)) == 5
                index.upsert(entries(5, first=300 + 5 * seed))
            done.append(seed)

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done) == list(range(6))
        assert index.count() == 230


class TestRefusing:
    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(lambda vector: np.full_like(vector, np.nan), id="not a number"),
            pytest.param(lambda vector: np.where(np.arange(len(vector)) == 3, np.inf, vector), id="infinite"),
            pytest.param(np.zeros_like, id="zero"),
            pytest.param(lambda vector: vector[np.newaxis], id="a matrix"),
        ],
    )
    def test_a_vector_without_cosine_is_refused_and_the_index_stays(
        self, spoil: Callable[[np.ndarray], np.ndarray], index: VectorIndex
    ) -> None:
        (entry,) = entries(1)
        index.upsert([entry])
        with pytest.raises(ValueError, match="no cosine"):
            index.query(spoil(entry.vector), 1)
        with pytest.raises(ValueError, match="no cosine"):
            index.upsert([replace(entry, vector=spoil(entry.vector))])
        assert index.available()
        assert index.query(entry.vector, 1)

    def test_vectors_of_another_length_are_a_reason_for_an_audit(self, index: VectorIndex) -> None:
        index.upsert(entries(1))
        longer = np.ones(DIMENSIONS + 1, np.float32)
        for seen in (index, another(index)):
            seen.connect()
            with pytest.raises(IndexUnavailable, match=f"{DIMENSIONS} numbers, not {DIMENSIONS + 1}"):
                seen.query(longer, 1)
            assert seen.doubted
            assert seen.available()
        with pytest.raises(IndexUnavailable, match="numbers, not"):
            index.upsert([replace(entries(1)[0], vector=longer)])


class TestReadiness:
    def test_an_index_nobody_has_seen_complete_is_written_and_not_read(self, url: str, tmp_path: Path) -> None:
        name = next(_names)
        writer = VectorIndex(RemoteChroma(url, name, tmp_path), name)
        reader = another(writer)
        stored = entries(5)
        writer.upsert(stored)
        reader.connect()
        for index in (writer, reader):
            assert not index.available()
            with pytest.raises(IndexUnavailable, match="not ready"):
                index.query(stored[0].vector, 1)
        writer.mark_complete()
        assert writer.query(stored[0].vector, 1)
        wait_until(lambda: reader.available() or not _asked(reader))
        assert reader.query(stored[0].vector, 1)
        writer.close()
        reader.close()

    def test_a_question_never_waits_for_the_connection(self, index: VectorIndex) -> None:
        index.upsert(entries(5))
        cold = another(index)
        started = time.monotonic()
        with pytest.raises(IndexUnavailable, match="not ready"):
            cold.query(entries(1)[0].vector, 1)
        assert time.monotonic() - started < 0.1
        wait_until(cold.available)
        assert cold.query(entries(1)[0].vector, 1)
        cold.close()

    def test_an_index_made_anew_is_empty_and_not_read(self, index: VectorIndex) -> None:
        index.upsert(entries(5))
        reader = another(index)
        reader.connect()
        index.recreate()
        assert index.all_ids() == set()
        assert not index.available()
        with pytest.raises(IndexUnavailable, match="does not answer"):
            reader.query(entries(1)[0].vector, 1)
        reader.connect()
        assert not reader.available()
        reader.close()

    def test_after_the_close_nothing_opens_again(self, index: VectorIndex) -> None:
        index.close()
        index.close()
        with pytest.raises(IndexUnavailable, match="closed"):
            index.count()
        with pytest.raises(IndexUnavailable):
            index.query(entries(1)[0].vector, 1)
        assert not index.connected


class TestFailing:
    @pytest.mark.parametrize(
        ("status", "body", "hang"),
        [
            pytest.param(200, b"", True, id="silence"),
            pytest.param(500, b'{"error": "InternalError", "message": "disk full"}', False, id="an error"),
            pytest.param(502, b"<html>Bad gateway</html>", False, id="a page"),
            pytest.param(200, b"null", False, id="nothing"),
            pytest.param(200, b'{"ids": 5', False, id="broken JSON"),
        ],
    )
    def test_whatever_a_foreign_server_says_is_unavailable_in_time(
        self, status: int, body: bytes, hang: bool, tmp_path: Path
    ) -> None:
        with foreign_server(status, body, hang=hang) as url:
            server = FixedServer(url, tmp_path)
            index = VectorIndex(server, NAME, query_seconds=0.3, write_seconds=0.3)
            calls: list[Callable[[], object]] = [index.connect, index.count, index.recreate, index.mark_complete]
            for call in calls:
                started = time.monotonic()
                with pytest.raises(IndexUnavailable):
                    call()
                assert time.monotonic() - started < 2
            assert server.losses == len(calls)
            index.close()

    def test_nobody_there(self, tmp_path: Path) -> None:
        index = VectorIndex(FixedServer("http://127.0.0.1:9", tmp_path), NAME)
        with pytest.raises(IndexUnavailable, match="cannot be opened"):
            index.connect()

    def test_a_server_that_hangs_is_given_up_in_time_and_replaced_in_the_background(self, tmp_path: Path) -> None:
        server = LocalChroma(tmp_path, NAME, answer_seconds=0.3, stop_seconds=0.2)
        index = VectorIndex(server, NAME, query_seconds=0.3, write_seconds=0.3)
        try:
            index.upsert(entries(5))
            index.mark_complete()
            (hanging,) = servers_of(tmp_path)
            hanging.suspend()
            started = time.monotonic()
            with pytest.raises(IndexUnavailable, match="ReadTimeout"):
                index.query(entries(1)[0].vector, 1)
            assert time.monotonic() - started < 1
            with pytest.raises(IndexUnavailable, match="not ready"):
                index.query(entries(1)[0].vector, 1)
            wait_until(lambda: index.connected)
            assert not index.available()  # its server did not end in order: somebody has to look first
            assert index.all_ids() == set(range(5))
        finally:
            index.close()
            server.close()
        assert servers_below(tmp_path) == []

    def test_a_killed_server_fails_one_question_and_is_replaced(self, tmp_path: Path) -> None:
        server = LocalChroma(tmp_path, NAME)
        index = VectorIndex(server, NAME)
        try:
            index.upsert(entries(5))
            index.mark_complete()
            (process,) = servers_of(tmp_path)
            process.kill()
            with pytest.raises(IndexUnavailable):
                index.query(entries(1)[0].vector, 1)
            index.connect()
            index.mark_complete()
            assert index.query(entries(1)[0].vector, 1)[0][0] == 0
        finally:
            index.close()
            server.close()
        assert servers_below(tmp_path) == []


def test_settings_of_the_environment_do_not_reach_chroma(
    index: VectorIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CHROMA_SERVER_HOST=example.org\nMIGRATIONS=nonsense\n")
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "CHROMA_SERVER_SSL_ENABLED": "true",
        "IS_PERSISTENT": "nonsense",
        "CHROMA_CLIENT_AUTH_PROVIDER": "nonsense",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    fresh = another(index)
    fresh.connect()
    assert fresh.count() == 0
    fresh.close()


_READER = """
import sys
from pathlib import Path
import numpy as np
from retrieval.chroma_server import RemoteChroma
from retrieval.index import VectorIndex
index = VectorIndex(RemoteChroma(sys.argv[1], sys.argv[2], Path(sys.argv[3])), sys.argv[2])
index.connect()
print(index.query(np.ones(int(sys.argv[4]), np.float32), 1), *{"onnxruntime", "torch"} & set(sys.modules))
"""


def test_no_model_is_loaded_or_fetched_to_read(index: VectorIndex, url: str, tmp_path: Path) -> None:
    index.upsert([replace(entries(1)[0], vector=np.ones(DIMENSIONS, np.float32))])
    home = tmp_path / "home"
    home.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", _READER, url, index._name, str(tmp_path), str(DIMENSIONS)],
        env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[(0, 1.0)]\n"
    assert list(home.iterdir()) == []


def stored(index: VectorIndex) -> dict[int, tuple[str, dict[str, object]]]:
    """Return the text and the metadata of every passage, as Chroma has them."""
    connection = index._connection
    assert connection is not None
    got = connection.writer.get(include=["documents", "metadatas"])
    rows = zip(got["ids"], got["documents"] or (), got["metadatas"] or (), strict=True)
    return {int(id_): (text, dict(metadata)) for id_, text, metadata in rows}


def _asked(index: VectorIndex) -> bool:
    """Ask once, as a reader would, and say whether it failed."""
    try:
        index.query(entries(1)[0].vector, 1)
    except IndexUnavailable:
        return True
    return False

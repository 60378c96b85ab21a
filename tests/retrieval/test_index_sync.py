"""The index follows the catalogue: drained, audited, rebuilt, whatever happens to it."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.catalog import Catalog, EmbeddingModel
from retrieval.catalog_rows import EncodedPassage
from retrieval.chroma_process import servers_of
from retrieval.chroma_server import LocalChroma, RemoteChroma
from retrieval.errors import IndexUnavailable
from retrieval.index import VectorIndex
from retrieval.index_sync import (
    AuditReport,
    CatalogForIndex,
    IndexKeeper,
    RepairUnderWay,
    audit,
    bring_up_to_date,
    drain,
    rebuild,
    repairing,
)
from retrieval.late_interaction import pack
from retrieval.models import Article, Identity, IndexEntry, Passage, PassageVectors, Span
from tests.retrieval.chroma_doubles import (
    DIMENSIONS,
    NAME,
    FixedServer,
    MemoryCatalog,
    entries,
    exact,
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
    """An empty index in a collection of its own on the shared server."""
    index = on_shared_server(url, tmp_path)
    yield index
    index.close()


def on_shared_server(url: str, data_dir: Path) -> VectorIndex:
    name = next(_names)
    return VectorIndex(RemoteChroma(url, name, data_dir), name)


@contextmanager
def local(data_dir: Path) -> Iterator[VectorIndex]:
    """The index of a data directory with a server of its own, of which nothing is left afterwards."""
    server = LocalChroma(data_dir, NAME)
    index = VectorIndex(server, NAME)
    try:
        yield index
    finally:
        index.close()
        server.close()
    assert servers_below(data_dir) == []


def assert_right(catalog: CatalogForIndex, index: VectorIndex) -> None:
    """The index is read from, holds what the catalogue holds, and finds what an exact search finds."""
    assert index.available()
    assert index.all_ids() == catalog.passage_ids()
    stored = [entry for batch in catalog.all_index_entries() for entry in batch]
    for asked in stored[:: max(1, len(stored) // 20)]:
        found = index.query(asked.vector, 8)
        assert len({id_ for id_, _ in found} & set(exact(stored, asked.vector, 8))) >= min(8, len(stored)) - 1
        assert asked.id in {id_ for id_, score in found if score > 0.999}


class TestDraining:
    def test_new_changed_and_removed_articles_reach_the_index(self, index: VectorIndex) -> None:
        catalog = MemoryCatalog()
        for key in (1, 2, 3):
            catalog.put(key, entries(10, first=10 * key))
        assert drain(catalog, index) == 3
        catalog.put(2, entries(4, first=20, seed=5))
        catalog.put(3, [])
        assert drain(catalog, index) == 2
        assert catalog.queue == {}
        assert index.all_ids() == set(range(10, 24))
        assert index.ids_of_article(3) == set()
        index.mark_complete()
        assert_right(catalog, index)

    def test_small_articles_share_a_write_and_large_ones_are_split(self, index: VectorIndex) -> None:
        catalog = MemoryCatalog()
        for key in range(1, 301):
            catalog.put(key, entries(1, first=key))
        catalog.put(5000, entries(1200, first=5000))
        assert drain(catalog, index) == 301
        assert index.count() == 1500

    def test_an_article_that_changes_meanwhile_stays_queued_until_its_last_state_is_written(
        self, index: VectorIndex
    ) -> None:
        class Restless(MemoryCatalog):
            def index_entries(self, key: int) -> list[IndexEntry]:
                found = super().index_entries(key)
                if self.generation < 4:
                    self.put(key, entries(5, first=10, seed=self.generation))
                return found

        catalog = Restless()
        catalog.put(1, entries(10, first=10))
        assert drain(catalog, index) == 4
        index.mark_complete()
        assert_right(catalog, index)

    def test_what_cannot_be_written_stays_queued(self, tmp_path: Path) -> None:
        catalog = MemoryCatalog()
        catalog.put(1, entries(10))
        index = VectorIndex(FixedServer("http://127.0.0.1:9", tmp_path), NAME)
        with pytest.raises(IndexUnavailable):
            drain(catalog, index)
        assert catalog.pending(10) == [(1, 1)]

    def test_it_does_not_start_while_another_process_is_at_it(self, index: VectorIndex) -> None:
        catalog = MemoryCatalog()
        catalog.put(1, entries(10))
        with repairing(index.server.data_dir, wait=0), pytest.raises(RepairUnderWay):
            drain(catalog, index, wait=0.1)
        assert catalog.pending(10) == [(1, 1)]

    @given(
        st.lists(
            st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=4), min_size=1, max_size=4
        )
    )
    @settings(max_examples=12, deadline=None)
    def test_any_history_ends_with_what_the_catalogue_holds(
        self, url: str, tmp_path_factory: pytest.TempPathFactory, history: list[list[tuple[int, int]]]
    ) -> None:
        catalog, index = MemoryCatalog(), on_shared_server(url, tmp_path_factory.mktemp("data"))
        for seed, changes in enumerate(history):
            for key, passages in changes:
                catalog.put(key, entries(passages, first=10 * key, seed=seed))
            drain(catalog, index)
            assert index.all_ids() == catalog.passage_ids()
        assert audit(catalog, index).ok
        index.close()


class TestAuditing:
    @pytest.fixture
    def catalog(self, index: VectorIndex) -> MemoryCatalog:
        catalog = MemoryCatalog.of(entries(60))
        rebuild(catalog, index)
        return catalog

    def test_a_right_index_passes(self, catalog: MemoryCatalog, index: VectorIndex) -> None:
        assert audit(catalog, index) == AuditReport()
        assert index.count() == 60

    def test_passages_that_are_missing_or_too_many_do_not(self, catalog: MemoryCatalog, index: VectorIndex) -> None:
        index.delete([3, 4])
        index.upsert(entries(1, first=99))
        report = audit(catalog, index)
        assert (report.missing, report.extra) == (2, 1)
        assert str(report) == "2 passages are missing, 1 too many, 0 sampled ones cannot be found."

    def test_vectors_that_are_out_of_date_do_not(self, catalog: MemoryCatalog, index: VectorIndex) -> None:
        index.upsert([replace(entry, vector=-entry.vector) for entry in entries(30)])
        assert audit(catalog, index).lost == 30  # of the first 50, which are the sample

    def test_one_vector_under_many_passages_passes(self, index: VectorIndex) -> None:
        (first,) = entries(1)
        catalog = MemoryCatalog.of([replace(entry, vector=first.vector) for entry in entries(40)])
        rebuild(catalog, index)
        assert audit(catalog, index).ok

    def test_what_waits_in_the_queue_is_no_damage(self, catalog: MemoryCatalog, index: VectorIndex) -> None:
        catalog.put(0, entries(4, seed=9))
        catalog.put(1, [])
        catalog.put(77, entries(3, first=770))
        assert audit(catalog, index).ok

    def test_what_is_written_while_it_looks_is_no_damage(self, catalog: MemoryCatalog, index: VectorIndex) -> None:
        class Growing(MemoryCatalog):
            def passage_ids(self) -> set[int]:
                before = super().passage_ids()
                key = 1000 + self.generation
                self.put(key, entries(2, first=10 * key))
                index.upsert(self.index_entries(key))
                self.settle(key, self.generation)
                return before

        growing = Growing(articles=catalog.articles)
        assert audit(growing, index).ok
        assert growing.generation > 0


class TestRebuilding:
    def test_it_replaces_everything(self, index: VectorIndex) -> None:
        index.upsert(entries(50, first=500))
        catalog = MemoryCatalog.of(entries(120))
        assert rebuild(catalog, index) == 120
        assert_right(catalog, index)

    def test_nobody_reads_from_half_an_index(self, index: VectorIndex) -> None:
        catalog = MemoryCatalog.of(entries(1500))
        bring_up_to_date(catalog, index)
        reader = VectorIndex(index.server, index._name)
        answers = iter([False, True])
        assert rebuild(catalog, index, stopping=lambda: next(answers)) == 1000
        reader.connect()
        assert not index.available()
        assert not reader.available()
        bring_up_to_date(catalog, index)
        reader.connect()
        assert_right(catalog, reader)
        reader.close()

    def test_an_empty_catalogue_has_a_right_index(self, index: VectorIndex) -> None:
        catalog = MemoryCatalog()
        bring_up_to_date(catalog, index)
        assert index.available()
        assert index.query(entries(1)[0].vector, 3) == []

    def test_vectors_of_another_model_replace_the_old_ones(self, index: VectorIndex) -> None:
        bring_up_to_date(MemoryCatalog.of(entries(30)), index)
        longer = [replace(e, vector=np.concatenate([e.vector, e.vector])) for e in entries(30)]
        catalog = MemoryCatalog.of(longer)
        catalog.put(1, longer[10:20])
        with pytest.raises(IndexUnavailable, match="numbers, not"):
            drain(catalog, index)
        bring_up_to_date(catalog, index)
        assert_right(catalog, index)
        assert catalog.queue == {}


def cut(name: str) -> Callable[[Path], None]:
    return lambda store: os.truncate(_hnsw(store) / name, (_hnsw(store) / name).stat().st_size // 2)


def without(name: str) -> Callable[[Path], None]:
    return lambda store: (_hnsw(store) / name).unlink()


def flipped(name: str) -> Callable[[Path], None]:
    def flip(store: Path) -> None:
        content = bytearray((_hnsw(store) / name).read_bytes())
        for place in range(0, len(content), max(1, len(content) // 50)):
            content[place] ^= 0xFF
        (_hnsw(store) / name).write_bytes(content)

    return flip


def without_vectors(store: Path) -> None:
    shutil.rmtree(_hnsw(store))


def without_database(store: Path) -> None:
    (store / "chroma.sqlite3").unlink()


def _delete(directory: Path) -> None:
    """Delete a directory that a server may be writing into."""
    deadline = time.monotonic() + 5
    while directory.exists() and time.monotonic() < deadline:
        shutil.rmtree(directory, ignore_errors=True)


def _hnsw(store: Path) -> Path:
    (directory,) = (path for path in store.iterdir() if path.is_dir())
    return directory


# Chroma writes its HNSW files every 1,000 passages.
LARGE = MemoryCatalog.of(entries(1100))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the whole index of the large catalogue, and no server running."""
    data_dir = tmp_path_factory.mktemp("whole")
    with local(data_dir) as index:
        bring_up_to_date(LARGE, index)
    return data_dir


class TestDamage:
    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(_delete, id="directory deleted"),
            pytest.param(without_database, id="database deleted"),
            pytest.param(without_vectors, id="all HNSW files deleted"),
            pytest.param(cut("data_level0.bin"), id="vectors cut"),
            pytest.param(flipped("data_level0.bin"), id="vectors flipped"),
            pytest.param(without("index_metadata.pickle"), id="ids deleted"),
            pytest.param(cut("index_metadata.pickle"), id="ids cut"),
            pytest.param(cut("header.bin"), id="header cut"),
            pytest.param(flipped("link_lists.bin"), id="links flipped"),
            pytest.param(without("length.bin"), id="lengths deleted"),
        ],
    )
    def test_before_the_start_it_is_seen_and_repaired(
        self, spoil: Callable[[Path], None], store: Path, tmp_path: Path
    ) -> None:
        data_dir = tmp_path / "data"
        shutil.copytree(store, data_dir)
        spoil(data_dir / "chroma")
        with local(data_dir) as index:
            bring_up_to_date(LARGE, index)
            assert_right(LARGE, index)
            index.upsert(LARGE.entries()[:100])  # some damage shows at a write only
            assert_right(LARGE, index)

    def test_a_whole_index_is_not_rebuilt(self, store: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        data_dir = tmp_path / "data"
        shutil.copytree(store, data_dir)
        with local(data_dir) as index:
            bring_up_to_date(LARGE, index)
            assert_right(LARGE, index)
        assert caplog.messages == []

    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(lambda data_dir: _delete(data_dir / "chroma"), id="directory deleted"),
            pytest.param(lambda data_dir: without_database(data_dir / "chroma"), id="database deleted"),
            pytest.param(lambda data_dir: next(servers_of(data_dir)).kill(), id="server killed"),
            pytest.param(lambda data_dir: (data_dir / "chroma.json").write_text("garbage"), id="address file spoiled"),
        ],
    )
    def test_while_the_server_runs_it_is_repaired_and_no_answer_is_wrong(
        self, spoil: Callable[[Path], None], store: Path, tmp_path: Path
    ) -> None:
        data_dir = tmp_path / "data"
        shutil.copytree(store, data_dir)
        stored = LARGE.entries()
        with local(data_dir) as index:
            keeper = IndexKeeper(LARGE, index, interval_seconds=0.1)
            keeper.start()
            try:
                wait_until(index.available)
                before = index.openings
                spoil(data_dir)
                deadline = time.monotonic() + 20
                while index.openings == before or not index.available():
                    assert time.monotonic() < deadline
                    asked = stored[700]
                    try:
                        assert index.query(asked.vector, 1)[0][0] == asked.id
                    except IndexUnavailable:
                        time.sleep(0.01)
            finally:
                keeper.close()
            assert_right(LARGE, index)

    def test_an_index_that_lost_vectors_unseen_is_doubted_before_the_first_question(
        self, store: Path, tmp_path: Path
    ) -> None:
        data_dir = tmp_path / "data"
        shutil.copytree(store, data_dir)
        without_vectors(data_dir / "chroma")
        with local(data_dir) as index:
            index.connect()
            with pytest.raises(IndexUnavailable):
                index.query(LARGE.entries()[0].vector, 1)
            doubted = index.doubted
            bring_up_to_date(LARGE, index)
            assert (doubted, index.doubted) == (True, False)
            assert_right(LARGE, index)

    def test_files_that_go_after_the_opening_cost_no_right_answer(self, store: Path, tmp_path: Path) -> None:
        data_dir = tmp_path / "data"
        shutil.copytree(store, data_dir)
        with local(data_dir) as index:
            index.connect()
            without_vectors(data_dir / "chroma")
            for asked in LARGE.entries()[::100]:
                assert index.query(asked.vector, 1)[0][0] == asked.id


class TestKeeper:
    def test_it_writes_what_another_process_queues(self, index: VectorIndex) -> None:
        catalog = MemoryCatalog.of(entries(20))
        keeper = IndexKeeper(catalog, index, interval_seconds=0.05)
        keeper.start()
        try:
            wait_until(index.available)
            catalog.put(50, entries(5, first=500))
            catalog.put(0, [])
            wait_until(lambda: not catalog.queue)
            assert_right(catalog, index)
        finally:
            keeper.close()

    def test_it_leaves_the_index_alone_while_another_process_repairs_it(
        self, index: VectorIndex, caplog: pytest.LogCaptureFixture
    ) -> None:
        catalog = MemoryCatalog.of(entries(20))
        keeper = IndexKeeper(catalog, index, interval_seconds=0.02)
        with repairing(index.server.data_dir, wait=0):
            keeper.start()
            wait_until(lambda: index.connected)
            time.sleep(0.2)
            assert not index.available()
        wait_until(index.available)
        keeper.close()
        assert [record.levelname for record in caplog.records] == ["WARNING"]  # of the rebuild, and nothing else

    def test_trouble_is_logged_when_it_begins_and_when_it_is_over(
        self, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "retrieval.index_sync")
        name = next(_names)
        RemoteChroma(url, name, tmp_path).find_or_start()
        server = FixedServer("http://127.0.0.1:9", tmp_path)
        index = VectorIndex(server, name)
        keeper = IndexKeeper(MemoryCatalog(), index, interval_seconds=0.02)
        keeper.start()
        wait_until(lambda: server.losses >= 3)
        server.url = url
        wait_until(index.available)
        wait_until(lambda: len(caplog.messages) == 2)
        keeper.close()
        index.close()
        assert caplog.messages[0].startswith("The vector index cannot be opened (ConnectError")
        assert caplog.messages[0].endswith("Exact search stands in.")
        assert caplog.messages[1] == "The vector index is in order again."

    def test_a_catalogue_in_trouble_does_not_end_it(self, index: VectorIndex, caplog: pytest.LogCaptureFixture) -> None:
        class Failing(MemoryCatalog):
            asked = 0

            def passage_ids(self) -> set[int]:
                self.asked += 1
                if self.asked < 3:
                    raise OSError("The disk is full.")
                return super().passage_ids()

        keeper = IndexKeeper(Failing(), index, interval_seconds=0.02)
        keeper.start()
        wait_until(index.available)
        keeper.close()
        assert caplog.messages == ["The disk is full. Exact search stands in."]

    def test_it_stops_between_two_writes_of_a_rebuild(self, index: VectorIndex) -> None:
        reached, go_on = threading.Event(), threading.Event()

        class Slow(MemoryCatalog):
            def all_index_entries(self) -> Iterator[list[IndexEntry]]:
                for n, batch in enumerate(super().all_index_entries()):
                    if n == 1:
                        reached.set()
                        go_on.wait(10)
                    yield batch

        keeper = IndexKeeper(Slow.of(entries(1100)), index)
        keeper.start()
        assert reached.wait(10)
        threading.Timer(0.2, go_on.set).start()
        started = time.monotonic()
        keeper.close()
        assert time.monotonic() - started < 2
        assert index.count() == 1000
        assert not index.available()

    def test_closing_one_that_never_started_is_no_error(self, index: VectorIndex) -> None:
        IndexKeeper(MemoryCatalog(), index).close()


def test_a_new_index_is_not_read_from_before_all_that_waits_is_in_it(index: VectorIndex, tmp_path: Path) -> None:
    """Else a catalogue whose articles all wait, as after an ingest that was stopped, finds next to nothing by vector."""
    catalog = Catalog.in_directory(tmp_path)
    catalog.use_embedding_model(EmbeddingModel("test", "0", DIMENSIONS))
    for n in range(5):
        catalog.put(*article(n, passages=3))
    while_reading: list[bool] = []

    class Watched(Catalog):
        def settle(self, key: int, generation: int) -> None:
            while_reading.append(index.available())
            super().settle(key, generation)

    bring_up_to_date(Watched(catalog.path), index)
    assert while_reading == [False] * 5
    assert index.available()
    assert index.count() == 15
    catalog.close()


def test_the_real_catalogue_and_the_index_agree(index: VectorIndex, tmp_path: Path) -> None:
    with_articles = Catalog.in_directory(tmp_path)
    with_articles.use_embedding_model(EmbeddingModel("test", "0", DIMENSIONS))
    for n in range(30):
        with_articles.put(*article(n, passages=3))
    bring_up_to_date(with_articles, index)
    with_articles.put(*article(4, passages=1))
    with_articles.remove("article-5")
    assert len(with_articles.pending(10)) == 2
    drain(with_articles, index)
    assert with_articles.pending(10) == []
    assert index.count() == 30 * 3 - 2 - 3
    assert_right(with_articles, index)
    assert audit(with_articles, index).ok
    with_articles.close()


def article(n: int, passages: int) -> tuple[Article, Identity, str, list[EncodedPassage]]:
    text = "One sentence. " * passages
    encoded = [
        EncodedPassage(
            Passage(14 * i, 14 * i + 14, (Span(14 * i, 14 * i + 13),)),
            ((), ("one", "sentence")),
            PassageVectors(entry.vector, pack(entry.vector[np.newaxis]), np.array([0, 1], np.uint16)),
        )
        for i, entry in enumerate(entries(passages, first=100 * n))
    ]
    return Article(id=f"article-{n}", text=text, title=f"Article {n}"), "given", f"article-{n}.txt", encoded

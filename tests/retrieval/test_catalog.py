"""The catalogue: what is in it, from when to when, and for whom."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.catalog import FILE_NAME, Catalog, EmbeddingModel, file_of
from retrieval.catalog_rows import EncodedPassage, content_hash, record_hash
from retrieval.catalog_schema import SCHEMA_VERSION
from retrieval.errors import CatalogError, ModelError
from retrieval.lexical import terms
from retrieval.models import Article, Period
from tests.building import BRIDGE, CHEAP_MODEL, WHALE, article, cheaply_encoded, put


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path)
    yield catalog
    catalog.close()


def texts(catalog: Catalog) -> dict[str, str]:
    return {stored.article.id: stored.article.text for stored in catalog.articles()}


# Articles


def test_an_article_comes_back_as_it_was_stored(catalog: Catalog) -> None:
    stored = article(
        "a",
        BRIDGE,
        "Bridge “closed” — 橋",
        url="https://e.example/1",
        published="2026-03-01",
        author="Ada",
        source="Post",
        language="en",
        metadata={"section": "local", "nested": {"list": [1, 2.5, None, True, "ё"]}},
    )
    assert put(catalog, stored) == "new"
    found = catalog.article("a")
    assert found is not None
    assert found.article == stored
    assert (found.version, found.hash) == (1, content_hash(stored))
    assert found.passages == len(cheaply_encoded(stored)) > 1


def test_an_unknown_article_is_none(catalog: Catalog) -> None:
    assert catalog.article("nobody") is None
    assert catalog.known("nobody") is None
    assert catalog.remove("nobody") is False


@pytest.mark.parametrize(
    ("change", "outcome", "version"),
    [
        pytest.param({}, "unchanged", 1, id="nothing"),
        pytest.param({"text": WHALE}, "updated", 2, id="text"),
        pytest.param({"title": "Other"}, "updated", 2, id="title"),
        pytest.param({"author": "Bea"}, "updated", 1, id="author"),
        pytest.param({"metadata": {"x": 1}}, "updated", 1, id="metadata"),
    ],
)
def test_putting_again(catalog: Catalog, change: dict[str, object], outcome: str, version: int) -> None:
    before = article("a", BRIDGE)
    put(catalog, before)
    key = catalog.known("a")
    after = replace(before, **change)  # type: ignore[arg-type]
    assert put(catalog, after) == outcome
    found = catalog.article("a")
    assert found is not None
    assert (found.article, found.version) == (after, version)
    assert key is not None
    assert found.key == key.key


def test_a_new_version_replaces_all_of_the_old_one(catalog: Catalog) -> None:
    put(catalog, article("a", BRIDGE))
    put(catalog, article("a", "A whale."))
    with catalog.snapshot() as snapshot:
        assert len(snapshot.passages_with(["rust"])) == 0
        assert snapshot.passages_with(["whale"]).tolist() == sorted(catalog.passage_ids())
        assert snapshot.corpus().passages == 1
        assert len(snapshot.all_vectors()[0]) == 1


def test_metadata_can_be_stored_without_passages(catalog: Catalog) -> None:
    before = article("a", BRIDGE, author="Ada")
    put(catalog, before)
    passages = catalog.passage_ids()
    queued = catalog.pending(10)
    after = replace(before, author="Bea", metadata={"k": "v"})
    catalog.put_metadata(after, "/elsewhere.txt")
    found = catalog.article("a")
    assert found is not None
    assert (found.article, found.version) == (after, 1)
    assert catalog.passage_ids() == passages
    assert catalog.pending(10) != queued, "the index keeps metadata too"
    known = catalog.known("a")
    assert known is not None
    assert (known.record_hash, known.origin) == (record_hash(after), "/elsewhere.txt")


def test_a_language_that_becomes_known_changes_the_terms(catalog: Catalog) -> None:
    unknown = article("a", "Die Häuser der Stadt wurden geräumt.", "Räumung")
    put(catalog, unknown)
    german = replace(unknown, language="de")
    catalog.put_metadata(german, "/x")
    with catalog.snapshot() as snapshot:
        ((passage, held),) = snapshot.passage_terms(list(catalog.passage_ids())).items()
        (stem, *_) = terms("Häuser", "de")
        assert stem != terms("Häuser", "en")[0]
        assert snapshot.passages_with([stem]).tolist() == [passage]
    assert held.split() == [*terms(german.title, "de"), *terms(german.text, "de")]
    with catalog.snapshot() as snapshot:
        assert snapshot.corpus().mean_terms == len(held.split())


def test_metadata_of_a_text_that_has_changed_is_refused(catalog: Catalog) -> None:
    put(catalog, article("a", BRIDGE))
    with pytest.raises(CatalogError, match="changed while it was read"):
        catalog.put_metadata(article("a", WHALE), "/x")


def test_articles_come_in_the_order_of_their_ids(catalog: Catalog) -> None:
    for article_id in ("b", "A", "é", "a b", "橋", "a", "10", "9"):
        put(catalog, article(article_id, f"Text of {article_id}."))
    ids = [stored.article.id for stored in catalog.articles()]
    assert ids == sorted(ids)
    assert len(ids) == 8


def test_a_key_is_never_used_again(catalog: Catalog) -> None:
    put(catalog, article("a", BRIDGE))
    put(catalog, article("b", WHALE))
    first = catalog.known("b")
    catalog.remove("b")
    put(catalog, article("c", WHALE))
    second = catalog.known("c")
    assert first is not None
    assert second is not None
    assert second.key > first.key
    assert len(catalog.passage_ids() & {entry.id for entry in catalog.index_entries(first.key)}) == 0


def test_an_article_of_too_many_passages_is_refused(catalog: Catalog) -> None:
    class Endless(list[EncodedPassage]):
        def __len__(self) -> int:
            return 1 << 20

    catalog.use_embedding_model(CHEAP_MODEL)
    with pytest.raises(CatalogError, match="split the article"):
        catalog.put(article("a", BRIDGE), "given", "/x", Endless())


def version(catalog: Catalog, article_id: str) -> int | None:
    known = catalog.known(article_id)
    return None if known is None else known.version


def test_versions_of_an_id_go_on_after_a_removal(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("https://e.example/a", BRIDGE))
    put(catalog, article("https://e.example/a", WHALE))
    put(catalog, article("b", BRIDGE))
    for expected in (3, 4):
        assert catalog.remove("https://e.example/a")
        catalog.forget_removed()
        assert b"e.example" not in bytes_of(tmp_path), "the id itself is not remembered"
        assert put(catalog, article("https://e.example/a", BRIDGE)) == "new"
        assert version(catalog, "https://e.example/a") == expected
    assert put(catalog, article("https://e.example/a", WHALE)) == "updated"
    assert version(catalog, "https://e.example/a") == 5
    assert version(catalog, "b") == 1
    assert put(catalog, article("c", BRIDGE)) == "new"
    assert version(catalog, "c") == 1


# Where articles come from


def test_where_an_article_was_found_last(catalog: Catalog, tmp_path: Path) -> None:
    stored = article("/a.txt", BRIDGE)
    put(catalog, stored, "path", str(tmp_path / "a.txt"))
    put(catalog, article("given", BRIDGE), "given", str(tmp_path / "b.txt"))
    assert catalog.at_origin(str(tmp_path / "b.txt")) is None, (
        "only what is known by its path alone is looked for there"
    )
    here = catalog.at_origin(str(tmp_path / "a.txt"))
    assert here is not None
    assert here.id == "/a.txt"
    catalog.put_origin("/a.txt", "/elsewhere")
    assert catalog.at_origin(str(tmp_path / "a.txt")) is None
    assert catalog.at_origin("/elsewhere") == replace(here, origin="/elsewhere")


def test_a_moved_article_is_one_whose_file_has_gone(catalog: Catalog, tmp_path: Path) -> None:
    stored = article("/a.txt", BRIDGE)
    file = tmp_path / "news.jsonl"
    file.write_text("{}")
    put(catalog, stored, "path", f"{file}:12")
    assert catalog.moved(content_hash(stored)) is None
    file.unlink()
    moved = catalog.moved(content_hash(stored))
    assert moved is not None
    assert moved.id == "/a.txt"
    assert catalog.moved(content_hash(article("x", WHALE))) is None


@pytest.mark.parametrize(
    ("origin", "file"),
    [("/n/a.txt", "/n/a.txt"), ("/n/a.jsonl:12", "/n/a.jsonl"), ("/n/a:b", "/n/a:b"), (":12", ":12"), ("", "")],
)
def test_file_of_an_origin(origin: str, file: str) -> None:
    assert file_of(origin) == file


# One transaction an article


class Breaking(list[str]):
    """Terms that fail when they are written, in the middle of the transaction: passages are in, full text is not."""

    def __iter__(self) -> Iterator[str]:
        raise InterruptedError


@pytest.mark.parametrize("known", [True, False], ids=["new version", "new article"])
def test_a_put_that_breaks_half_way_changes_nothing(catalog: Catalog, known: bool) -> None:
    put(catalog, article("other", WHALE))
    if known:
        put(catalog, article("a", BRIDGE))
    before = texts(catalog), catalog.pending(10), catalog.passage_ids()
    encoded = cheaply_encoded(article("a", WHALE * 3))
    broken = [*encoded[:-1], replace(encoded[-1], terms=Breaking(["x"]))]
    with pytest.raises(InterruptedError):
        catalog.put(article("a", WHALE * 3), "given", "/x", broken)
    assert (texts(catalog), catalog.pending(10), catalog.passage_ids()) == before
    with catalog.snapshot() as snapshot:
        assert len(snapshot.passages_with(["rust"])) == int(known)
    assert put(catalog, article("a", WHALE * 3)) == ("updated" if known else "new"), "and the catalogue goes on working"


def test_a_process_that_dies_in_a_put_leaves_the_old_version(tmp_path: Path) -> None:
    with_old = Catalog.in_directory(tmp_path)
    put(with_old, article("a", BRIDGE))
    with_old.close()
    program = f"""
import os
from dataclasses import replace
from pathlib import Path
from retrieval.catalog import Catalog
from tests.building import article, cheaply_encoded
class Dying(list):
    def __iter__(self):
        os._exit(9)
encoded = cheaply_encoded(article("a", "New text here."))
catalog = Catalog.in_directory(Path({str(tmp_path)!r}))
catalog.put(article("a", "New text here."), "given", "/x", [replace(encoded[0], terms=Dying(["x"]))])
"""
    died = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False, timeout=60)
    assert died.returncode == 9
    catalog = Catalog.in_directory(tmp_path)
    assert texts(catalog) == {"a": BRIDGE}
    catalog.close()


def test_a_snapshot_does_not_move_while_another_process_writes(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("a", BRIDGE))
    put(catalog, article("b", WHALE))
    other = Catalog.in_directory(tmp_path)
    with catalog.snapshot() as snapshot:
        generation = snapshot.generation()
        put(other, article("a", "Something else."))
        other.remove("b")
        put(other, article("c", "A third."))
        assert snapshot.generation() == generation
        assert snapshot.article_count() == 2
        unmoved = snapshot.article("a")
        assert unmoved is not None
        assert unmoved.article.text == BRIDGE
        assert len(snapshot.passages_with(["rust"])) == 1
    assert texts(catalog) == {"a": "Something else.", "c": "A third."}
    other.close()


def test_many_threads_read_and_write_at_once(catalog: Catalog) -> None:
    failures: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for n in range(10):
                put(catalog, article(name, f"Version {n} of {name}."))
        except BaseException as error:  # noqa: BLE001  # told by the assertion below
            failures.append(error)

    def read() -> None:
        try:
            for _ in range(50):
                with catalog.snapshot() as snapshot:
                    assert snapshot.article_count() == len({n >> 20 for n in snapshot.all_vectors()[0].tolist()})
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    put(catalog, article("first", BRIDGE))
    threads = [threading.Thread(target=write, args=(f"a{n}",)) for n in range(3)]
    threads += [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {stored.version for stored in catalog.articles()} == {1, 10}


# Removed means gone


def bytes_of(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(directory.glob(f"{FILE_NAME}*")))


def test_a_removed_article_leaves_no_trace(catalog: Catalog, tmp_path: Path) -> None:
    secret = article("secret-id", "The zyxwvut is hidden here. " * 30, "Qponmlk title", url="https://e.example/ihgfedc")
    put(catalog, secret)
    for n in range(20):
        put(catalog, article(f"a{n}", f"{BRIDGE} {n}"))
    assert all(word in bytes_of(tmp_path) for word in (b"zyxwvut", b"Qponmlk", b"ihgfedc", b"secret-id"))
    assert catalog.remove("secret-id") is True
    catalog.forget_removed()
    left = bytes_of(tmp_path).lower()
    assert [word for word in (b"zyxwvut", b"qponmlk", b"ihgfedc", b"secret-id") if word in left] == []
    assert len(texts(catalog)) == 20
    with catalog.snapshot() as snapshot:
        assert len(snapshot.passages_with(["zyxwvut"])) == 0
        assert snapshot.document_frequencies(["zyxwvut"]) == {"zyxwvut": 0}
        assert len(snapshot.passages_with(["rust"])) == 20


def test_a_removed_article_leaves_no_trace_when_somebody_reads_meanwhile(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("a", BRIDGE))
    put(catalog, article("s", "The zyxwvut is hidden here."))
    reader, reads, over = Catalog.in_directory(tmp_path), threading.Event(), threading.Event()

    def read() -> None:
        with reader.snapshot() as snapshot:
            assert snapshot.article_count() == 2
            reads.set()
            over.wait(0.5)

    thread = threading.Thread(target=read)
    thread.start()
    assert reads.wait(5)
    catalog.remove("s")
    catalog.forget_removed()
    thread.join()
    assert b"zyxwvut" not in bytes_of(tmp_path)
    reader.close()


def test_a_removed_article_leaves_no_vectors(catalog: Catalog, tmp_path: Path) -> None:
    secret = article("s", "The zyxwvut is hidden here.")
    put(catalog, secret)
    vector = cheaply_encoded(secret)[0].vectors.passage.astype(np.float16).tobytes()
    put(catalog, article("b", BRIDGE))
    assert vector in bytes_of(tmp_path)
    catalog.remove("s")
    catalog.forget_removed()
    assert vector not in bytes_of(tmp_path)


def an_article(n: int, lots: random.Random) -> Article:
    """Return an article whose columns, long and short, are all marked with its number."""
    sentences = lots.choice((1, 2, 3, 8))
    words = [" ".join(lots.choices(("harbour", "bridge", "rust", "whale", "museum", "nine", "weeks"), k=9))]
    return article(
        f"https://e.example/id{n}q",
        " ".join([f"Text{n}q begins.", *(f"{line.capitalize()} {lots.random()}." for line in words * sentences)]),
        f"Title{n}q " + "x" * lots.randint(0, 200),
        url=f"https://e.example/url{n}q",
        source=f"Source{n}q",
        author=f"Author{n}q",
        published=f"20{lots.randint(10, 25)}-0{lots.randint(1, 9)}-11",
    )


def test_removals_among_many_changes_leave_no_trace(catalog: Catalog, tmp_path: Path) -> None:
    """Rows that are moved between pages leave copies behind, which nothing overwrites but writing the file anew."""
    lots = random.Random(5)
    there: list[int] = []
    gone: list[int] = []
    for n in range(180):
        put(catalog, an_article(n, lots))
        there.append(n)
        if lots.random() < 0.3:
            put(catalog, an_article(lots.choice(there), lots))
        if lots.random() < 0.5:
            gone.append(there.pop(lots.randrange(len(there))))
            assert catalog.remove(f"https://e.example/id{gone[-1]}q")
    catalog.forget_removed()
    left = bytes_of(tmp_path).lower()
    marks = ("text", "id", "title", "url", "source", "author")
    assert [f"{mark}{n}q" for n in gone for mark in marks if f"{mark}{n}q".encode() in left] == []
    assert {f"https://e.example/id{n}q" for n in there} == texts(catalog).keys()
    with catalog._connection() as own:
        assert own.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        own.execute("INSERT INTO passages_fts (passages_fts) VALUES ('integrity-check')")
    assert b"title" in left
    assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size == 0


def test_a_reader_who_stays_keeps_traces_in_the_log_and_that_is_told(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("s", "The zyxwvut is hidden here."))
    reader = Catalog.in_directory(tmp_path)
    with catalog._connection() as own:
        own.execute("PRAGMA busy_timeout = 50")
    with reader.snapshot() as snapshot:
        assert snapshot.article_count() == 1
        catalog.remove("s")
        with pytest.raises(CatalogError, match=r"open for reading.* stop them all once\.$"):
            catalog.forget_removed()
    catalog.forget_removed()
    assert b"zyxwvut" not in bytes_of(tmp_path)
    reader.close()


# The model


def test_a_catalogue_remembers_its_model(catalog: Catalog, tmp_path: Path) -> None:
    catalog.use_embedding_model(CHEAP_MODEL)
    other = EmbeddingModel("other", "1" * 64, 4)
    catalog.use_embedding_model(other)
    assert catalog.embedding_model == other, "an empty catalogue takes any model"
    catalog.require_embedding_model("cheap", CHEAP_MODEL.fingerprint)
    put(catalog, article("a", BRIDGE))
    again = Catalog.in_directory(tmp_path)
    assert again.embedding_model == CHEAP_MODEL
    again.close()


def test_another_model_is_one_clear_line(catalog: Catalog) -> None:
    put(catalog, article("a", BRIDGE))
    other = EmbeddingModel("intfloat/e5-small", "1" * 64, 4)
    expected = (
        "The catalogue was made with the embedding model cheap, and intfloat/e5-small is set; run "
        "`citegram-ingest reindex --encode`, or set CITEGRAM_EMBEDDING_MODEL back."
    )
    with pytest.raises(ModelError) as bound:
        catalog.use_embedding_model(other)
    with pytest.raises(ModelError) as asked:
        catalog.require_embedding_model(other.name, other.fingerprint)
    assert str(bound.value) == str(asked.value) == expected
    catalog.require_embedding_model("the same by another name", CHEAP_MODEL.fingerprint)


def test_all_vectors_are_replaced_at_once(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("a", BRIDGE))
    put(catalog, article("b", WHALE))
    other = EmbeddingModel("other", "1" * 64, 8)
    reader = Catalog.in_directory(tmp_path)

    def encoded() -> Iterator[tuple[int, list[EncodedPassage]]]:
        for stored in list(reader.articles()):
            assert reader.embedding_model == CHEAP_MODEL
            yield stored.key, cheaply_encoded(stored.article, budget=40)

    settled = catalog.pending(10)
    assert catalog.replace_vectors(other, encoded()) == 2
    assert reader.embedding_model == other
    assert [key for key, _ in catalog.pending(10)] == [key for key, _ in settled]
    assert {stored.version for stored in reader.articles()} == {1}
    reader.close()


def test_a_replacement_that_breaks_off_changes_nothing(catalog: Catalog) -> None:
    put(catalog, article("a", BRIDGE))
    before = catalog.passage_ids()

    def encoded() -> Iterator[tuple[int, list[EncodedPassage]]]:
        known = catalog.known("a")
        assert known is not None
        yield known.key, []
        raise InterruptedError

    with pytest.raises(InterruptedError):
        catalog.replace_vectors(EmbeddingModel("other", "1" * 64, 8), encoded())
    assert catalog.embedding_model == CHEAP_MODEL
    assert catalog.passage_ids() == before


# The index's side


def test_every_change_is_queued_for_the_index(catalog: Catalog) -> None:
    put(catalog, article("a", BRIDGE))
    put(catalog, article("b", WHALE))
    (a, first), (b, second) = catalog.pending(10)
    assert first < second
    put(catalog, article("a", WHALE))
    assert [key for key, _ in catalog.pending(10)] == [b, a], "oldest change first"
    assert catalog.pending(1) == [(b, second)]
    catalog.remove("b")
    assert [key for key, _ in catalog.pending(10)] == [a, b]
    assert catalog.index_entries(b) == []
    put(catalog, article("a", WHALE))
    assert [key for key, _ in catalog.pending(10)] == [a, b], "what has not changed is not queued again"


def test_settling_with_an_older_generation_keeps_the_row(catalog: Catalog) -> None:
    put(catalog, article("a", BRIDGE))
    ((key, older),) = catalog.pending(10)
    put(catalog, article("a", WHALE))
    catalog.settle(key, older)
    ((_, newer),) = catalog.pending(10)
    assert newer > older
    catalog.settle(key, newer)
    assert catalog.pending(10) == []


def test_entries_for_the_index(catalog: Catalog) -> None:
    stored = article("a", BRIDGE + " 😀 橋が閉鎖。", source="Post", published="2026-03-01", language="en")
    put(catalog, stored)
    put(catalog, article("b", WHALE))
    known = catalog.known("a")
    assert known is not None
    entries = catalog.index_entries(known.key)
    assert "".join(entry.text for entry in entries) == stored.text
    for entry, encoded in zip(entries, cheaply_encoded(stored), strict=True):
        np.testing.assert_allclose(entry.vector, encoded.vectors.passage, atol=1e-3)
        assert entry.vector.dtype == np.float32
        assert entry.metadata == {
            "article_id": "a", "source": "Post", "published": "2026-03-01", "language": "en", "version": 1
        }  # fmt: skip
    all_entries = [entry for batch in catalog.all_index_entries(batch=2) for entry in batch]
    assert [entry.id for entry in all_entries] == sorted(catalog.passage_ids())
    assert max(len(batch) for batch in catalog.all_index_entries(batch=2)) == 2
    sample = catalog.sample_entries(2)
    assert len(sample) == len({entry.id for entry in sample}) == 2
    assert {entry.id for entry in catalog.sample_entries(1000)} == catalog.passage_ids()


def test_the_index_side_of_an_empty_catalogue(catalog: Catalog) -> None:
    assert catalog.pending(10) == []
    assert catalog.passage_ids() == set()
    assert list(catalog.all_index_entries()) == []
    assert catalog.sample_entries(10) == []


# Opening


def test_the_file_is_safe_to_share_and_to_lose_power_over(catalog: Catalog, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    with catalog._connection() as own:
        assert own.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert own.execute("PRAGMA synchronous").fetchone()[0] == 2, "full"


def test_opened_again_it_is_the_same_catalogue(tmp_path: Path) -> None:
    first = Catalog.in_directory(tmp_path)
    put(first, article("a", BRIDGE))
    own_id = first.id
    first.close()
    first.close()
    second = Catalog.in_directory(tmp_path)
    assert second.id == own_id
    assert len(own_id) == 32
    assert texts(second) == {"a": BRIDGE}
    second.close()


def test_two_processes_use_it_at_once(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("a", BRIDGE))
    program = f"""
from pathlib import Path
from retrieval.catalog import Catalog
from tests.building import article, put
catalog = Catalog.in_directory(Path({str(tmp_path)!r}))
print(catalog.id, [stored.article.id for stored in catalog.articles()], flush=True)
put(catalog, article("b", "From another process."))
"""
    other = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert other.stdout.strip() == f"{catalog.id} ['a']"
    assert texts(catalog) == {"a": BRIDGE, "b": "From another process."}


def test_many_who_open_a_new_catalogue_at_once_get_the_same(tmp_path: Path) -> None:
    ids: list[str] = []

    def open_it() -> None:
        catalog = Catalog.in_directory(tmp_path / "new")
        ids.append(catalog.id)
        catalog.close()

    threads = [threading.Thread(target=open_it) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 12
    assert len(set(ids)) == 1


def test_a_catalogue_of_a_newer_citegram_is_refused(tmp_path: Path) -> None:
    Catalog.in_directory(tmp_path).close()
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(CatalogError) as caught:
        Catalog.in_directory(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / FILE_NAME} was made by a newer Citegram; update Citegram, or set another CITEGRAM_DATA_DIR."
    )


def no_database(folder: Path) -> None:
    (folder / FILE_NAME).write_bytes(b"This is no database. " * 500)


def a_folder(folder: Path) -> None:
    (folder / FILE_NAME).mkdir()


def another_database(folder: Path) -> None:
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute("CREATE TABLE articles (id)")
    connection.close()


@pytest.mark.parametrize("spoil", [no_database, a_folder, another_database], ids=lambda spoil: spoil.__name__)
def test_what_is_no_catalogue_is_one_sentence(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(tmp_path)
    with pytest.raises(CatalogError) as caught:
        Catalog.in_directory(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_a_data_directory_that_cannot_be_made_is_one_sentence() -> None:
    with pytest.raises(CatalogError, match=r"^The data directory /dev/null/data cannot be written \(.+\); check CITE"):
        Catalog.in_directory(Path("/dev/null/data"))


def test_a_file_that_breaks_while_in_use_is_one_sentence(catalog: Catalog, tmp_path: Path) -> None:
    for n in range(50):
        put(catalog, article(f"a{n}", f"{BRIDGE} {n}"))
    catalog.forget_removed()
    catalog.close()
    size = (tmp_path / FILE_NAME).stat().st_size
    with (tmp_path / FILE_NAME).open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * (size - 4096 * 3))
    broken = Catalog.in_directory(tmp_path)
    with pytest.raises(CatalogError, match="cannot be used") as caught:
        list(broken.articles())
    assert "restore it from a backup" in str(caught.value)
    broken.close()


# Summary


def test_summary_of_an_empty_catalogue(catalog: Catalog, tmp_path: Path) -> None:
    assert catalog.embedding_model is None
    summary = catalog.summary()
    assert (summary.articles, summary.passages, summary.sources, summary.examples) == (0, 0, (), ())
    assert summary.period == Period(None, None)
    assert summary.data_dir == str(tmp_path)


def test_summary(catalog: Catalog) -> None:
    put(catalog, article("a", BRIDGE, "Oldest", source="Post", published="2025-01-31T10:00:00+00:00"))
    put(catalog, article("b", WHALE, "Latest", source="Gazette", published="2026-03"))
    put(catalog, article("c", WHALE, "Undated"))
    summary = catalog.summary()
    assert (summary.articles, summary.passages) == (3, len(catalog.passage_ids()))
    assert summary.sources == ("Gazette", "Post")
    assert summary.period == Period("2025-01-31", "2026-03")
    assert summary.examples == ("Latest", "Oldest", "Undated")


def test_content_and_record_hashes() -> None:
    one = Article("a", "text", "title")
    assert content_hash(one) == content_hash(replace(one, id="b", author="Ada"))
    assert content_hash(one) != content_hash(replace(one, text="titletext", title=""))
    others = [replace(one, url="x"), replace(one, author="x"), replace(one, id="x"), replace(one, metadata={"x": 1})]
    assert len({record_hash(other) for other in (one, *others)}) == 5

"""Drafts to the catalogue: what each becomes, in their order, and that what is told as done is safe."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline import Done, Pipeline
from ingest.slices import SLICE
from ingest.sources.draft import Draft
from retrieval.catalog import Catalog, EmbeddingModel, Outcome
from retrieval.catalog_rows import EncodedPassage
from retrieval.encoder import PassageInput
from retrieval.errors import CatalogError, ModelError
from retrieval.knowledge import DEFAULT_KNOWLEDGE
from retrieval.models import Article, Identity
from tests.building import BRIDGE, WHALE, CheapEncoder, article, put

LONG = "The bridge over the river is closed. " * 600


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path)
    yield catalog
    catalog.close()


def draft(article_id: str, text: str, notices: tuple[str, ...] = (), **fields: Any) -> Draft:
    item = article(article_id, text, **fields)
    return Draft(item, f"name of {article_id}", f"/n/{article_id}.txt", "given", notices, size=len(text))


class Run:
    """One run with an encoder that remembers."""

    def __init__(self, catalog: Catalog, encoder: CheapEncoder | None = None) -> None:
        self.catalog = catalog
        self.encoder = encoder or CheapEncoder()
        self.loadings = 0
        self.pipeline = Pipeline(catalog, self.encoder, on_loading=self._loading)

    def _loading(self) -> None:
        self.loadings += 1

    def __call__(self, *drafts: Draft) -> list[Done]:
        return list(self.pipeline.run(drafts))


def kinds(done: Iterable[Done]) -> list[str]:
    return [item.kind for item in done]


def test_new_articles(catalog: Catalog) -> None:
    run = Run(catalog)
    first, second = run(draft("b", BRIDGE, ("a notice",)), draft("a", WHALE))
    assert first == Done("new", "name of b", "b", first.passages, ("a notice",), size=len(BRIDGE), origin="/n/b.txt")
    assert (second.kind, second.article_id) == ("new", "a")
    assert first.passages == len([item for item in run.encoder.given if item.text in BRIDGE]) > 1
    assert run.loadings == 1
    assert catalog.embedding_model == replace(run.encoder.model, knowledge=DEFAULT_KNOWLEDGE)
    known = catalog.known("b")
    assert known is not None
    assert (known.identity, known.origin) == ("given", "/n/b.txt")


def test_again_means_nothing_is_encoded_or_written(catalog: Catalog) -> None:
    drafts = [draft("a", BRIDGE), draft("b", WHALE)]
    Run(catalog)(*drafts)
    before = catalog.pending(10)
    again = Run(catalog)
    assert kinds(again(*drafts)) == ["unchanged", "unchanged"]
    assert again.encoder.given == []
    assert again.loadings == 0
    assert catalog.pending(10) == before


def test_unchanged_articles_of_another_model_are_no_trouble(catalog: Catalog) -> None:
    Run(catalog)(draft("a", BRIDGE))
    other = CheapEncoder(EmbeddingModel("other", "1" * 64, 8))
    assert kinds(Run(catalog, other)(draft("a", BRIDGE))) == ["unchanged"]
    with pytest.raises(ModelError, match="reindex --encode"):
        Run(catalog, other)(draft("b", WHALE))
    assert [stored.article.id for stored in catalog.articles()] == ["a"]


@pytest.mark.parametrize(
    ("changes", "version", "encodes"),
    [
        pytest.param({"text": WHALE}, 2, True, id="text"),
        pytest.param({"title": "Other"}, 2, True, id="title"),
        pytest.param({"author": "Bea"}, 1, False, id="author"),
        pytest.param({"metadata": {"k": 1}}, 1, False, id="metadata"),
        pytest.param({"url": "https://e.example/2"}, 1, False, id="address"),
    ],
)
def test_what_changed_is_updated(catalog: Catalog, changes: dict[str, Any], version: int, encodes: bool) -> None:
    Run(catalog)(draft("a", BRIDGE, author="Ada", language="en"))
    run = Run(catalog)
    changed = draft("a", BRIDGE, author="Ada", language="en")
    changed = replace(changed, article=replace(changed.article, **changes))
    assert kinds(run(changed)) == ["updated"]
    stored = catalog.article("a")
    assert stored is not None
    assert (stored.article, stored.version) == (changed.article, version)
    assert bool(run.encoder.given) == bool(run.loadings) == encodes
    assert kinds(Run(catalog)(changed)) == ["unchanged"]


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        pytest.param(BRIDGE, None, "en", id="English"),
        pytest.param("Die Brücke über den Fluss bleibt bis zum Ende der Woche gesperrt.", None, "de", id="German"),
        pytest.param(BRIDGE, "de", "de", id="what is given is kept"),
        pytest.param("Westmere 2024", None, None, id="too short to tell"),
    ],
)
def test_an_article_has_the_language_given_or_that_of_its_text(
    catalog: Catalog, text: str, given: str | None, expected: str | None
) -> None:
    Run(catalog)(draft("a", text, language=given))
    again = Run(catalog)
    assert kinds(again(draft("a", text, language=given))) == ["unchanged"]
    assert again.encoder.given == []
    stored = catalog.article("a")
    assert stored is not None
    assert (stored.article.language, stored.version) == (expected, 1)


def test_a_language_given_later_takes_the_place_of_the_detected_one_and_nothing_is_encoded(catalog: Catalog) -> None:
    Run(catalog)(draft("a", BRIDGE))
    later = Run(catalog)
    assert kinds(later(draft("a", BRIDGE, language="sv"))) == ["updated"]
    assert later.encoder.given == []
    stored = catalog.article("a")
    assert stored is not None
    assert (stored.article.language, stored.version) == ("sv", 1)


def test_an_article_that_changed_back_is_a_version_of_its_own(catalog: Catalog) -> None:
    for text in (BRIDGE, WHALE, BRIDGE):
        Run(catalog)(draft("a", text))
    stored = catalog.article("a")
    assert stored is not None
    assert stored.version == 3


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        pytest.param(None, (BRIDGE, WHALE), id="new"),
        pytest.param(WHALE, (BRIDGE, WHALE), id="the last is what is stored"),
        pytest.param(BRIDGE, (BRIDGE, WHALE), id="the first is what is stored"),
        pytest.param(None, (BRIDGE, BRIDGE), id="twice the same"),
        pytest.param(WHALE, (BRIDGE, WHALE, BRIDGE, WHALE), id="to and fro"),
    ],
)
def test_of_two_drafts_with_one_id_the_last_is_kept(catalog: Catalog, stored: str | None, given: Sequence[str]) -> None:
    """As if they came in two runs, also while the first is on its way through the encoder."""
    if stored is not None:
        Run(catalog)(draft("a", stored))
    Run(catalog)(draft("first", LONG), *(draft("a", text) for text in given))
    found = catalog.article("a")
    assert found is not None
    assert found.article.text == given[-1]


def test_metadata_of_the_last_draft_is_kept_too(catalog: Catalog) -> None:
    Run(catalog)(draft("a", WHALE))
    Run(catalog)(draft("a", BRIDGE), draft("a", WHALE, author="Ada"))
    found = catalog.article("a")
    assert found is not None
    assert (found.article.text, found.article.author) == (WHALE, "Ada")


def test_they_go_on_in_the_order_they_came(catalog: Catalog) -> None:
    Run(catalog)(draft("known", BRIDGE))
    drafts = [draft("long", LONG), draft("known", BRIDGE), *(draft(f"n{n}", f"{WHALE} {n}") for n in range(100))]
    done = Run(catalog)(*drafts)
    assert [item.article_id for item in done] == [item.article.id for item in drafts]
    assert kinds(done) == ["new", "unchanged", *["new"] * 100]
    assert done[0].passages > SLICE


def test_passages_are_encoded_a_slice_at_a_time_across_articles(catalog: Catalog) -> None:
    sizes: list[int] = []
    run = Run(catalog)
    run.encoder.on_passages = lambda inputs: sizes.append(len(inputs))
    done = run(draft("long", LONG), *(draft(f"n{n}", f"{WHALE} {n}") for n in range(100)))
    assert sum(sizes) == sum(item.passages for item in done)
    assert max(sizes) == SLICE
    assert len(sizes) < 2 * sum(sizes) / SLICE


def test_what_is_told_as_done_is_in_the_catalogue(catalog: Catalog, tmp_path: Path) -> None:
    reader = Catalog.in_directory(tmp_path)
    run = Run(catalog)
    for item in run.pipeline.run([draft(f"n{n}", f"{BRIDGE} {n}") for n in range(30)]):
        stored = reader.article(item.article_id)
        assert stored is not None
        assert stored.passages == item.passages
    reader.close()


class Failing(Catalog):
    """A catalogue that cannot write one article."""

    def put(self, item: Article, identity: Identity, origin: str, passages: Sequence[EncodedPassage]) -> Outcome:
        if item.id == "bad":
            raise CatalogError("cannot be written; free some space.")
        return super().put(item, identity, origin, passages)


def test_a_failure_of_one_does_not_stop_the_rest(tmp_path: Path) -> None:
    catalog = Failing.in_directory(tmp_path)
    done = Run(catalog)(draft("a", BRIDGE), draft("bad", WHALE, ("a notice",)), draft("c", WHALE))
    assert kinds(done) == ["new", "failed", "new"]
    assert done[1].reason == "cannot be written; free some space."
    assert (done[1].name, done[1].notices, done[1].size) == ("name of bad", ("a notice",), len(WHALE))
    catalog.close()


def test_an_encoder_that_breaks_ends_the_run_and_keeps_what_is_done(catalog: Catalog) -> None:
    run = Run(catalog)
    done: list[Done] = []

    def break_later(inputs: Sequence[PassageInput]) -> None:
        if len(run.encoder.given) > 2 * SLICE:
            raise ZeroDivisionError

    run.encoder.on_passages = break_later
    with pytest.raises(ZeroDivisionError):
        done.extend(run.pipeline.run([draft(f"n{n}", f"{BRIDGE} {n}") for n in range(200)]))
    assert {stored.article.id for stored in catalog.articles()} >= {item.article_id for item in done}


def stopped_while(
    run: Run, what: Callable[[threading.Event], None], drafts: Sequence[Draft]
) -> tuple[list[Done], float]:
    """Stop the run when the encoder is at its second slice, which does `what`; return what was done, and the seconds."""
    release = threading.Event()
    stopped_at: list[float] = []

    def on_passages(inputs: Sequence[PassageInput]) -> None:
        if run.encoder.given and not stopped_at:
            run.pipeline.stop.set()
            stopped_at.append(time.monotonic())
            what(release)

    run.encoder.on_passages = on_passages
    done = list(run.pipeline.run(drafts))
    seconds = time.monotonic() - stopped_at[0]
    release.set()
    return done, seconds


def test_a_stop_ends_after_the_slice_in_hand(catalog: Catalog) -> None:
    run = Run(catalog)
    drafts = [draft(f"n{n}", f"{BRIDGE} {n}") for n in range(200)]
    done, seconds = stopped_while(run, lambda release: None, drafts)
    assert seconds < 2
    assert len(run.encoder.given) == 2 * SLICE
    assert set(kinds(done)) <= {"new"}
    assert {stored.article.id for stored in catalog.articles()} == {item.article_id for item in done}
    assert set(kinds(Run(catalog)(*drafts))) == {"new", "unchanged"}, "the next run goes on from there"


def test_the_slice_in_hand_when_a_stop_comes_is_not_thrown_away(catalog: Catalog) -> None:
    run = Run(catalog)
    drafts = [draft(f"n{n}", f"Whale {n}.") for n in range(200)]
    done, _ = stopped_while(run, lambda release: None, drafts)
    assert sum(item.passages for item in done) == len(run.encoder.given) == 2 * SLICE


def test_what_has_come_is_encoded_while_nothing_else_comes(catalog: Catalog) -> None:
    run = Run(catalog)
    release = threading.Event()

    def slowly() -> Iterator[Draft]:
        yield draft("a", BRIDGE)
        release.wait(30)
        yield draft("b", WHALE)

    done = run.pipeline.run(slowly())
    assert next(done).article_id == "a", "it does not wait for a window to be full"
    release.set()
    assert [item.article_id for item in done] == ["b"]


def test_unchanged_articles_behind_one_that_waits_are_not_heaped_up(catalog: Catalog) -> None:
    known = draft("known", BRIDGE)
    Run(catalog)(known)
    run, read = Run(catalog), []

    def drafts() -> Iterator[Draft]:
        yield draft("new", WHALE)
        for n in range(5_000):
            read.append(n)
            yield known

    assert next(run.pipeline.run(drafts())).article_id == "new"
    assert len(read) < 2_000


def hang(release: threading.Event) -> None:
    release.wait(30)


def test_a_stop_does_not_wait_for_an_encoder_that_hangs(catalog: Catalog) -> None:
    run = Run(catalog)
    drafts = [draft(f"n{n}", f"{BRIDGE} {n}") for n in range(200)]
    done, seconds = stopped_while(run, hang, drafts)
    assert seconds < 5
    assert {stored.article.id for stored in catalog.articles()} == {item.article_id for item in done}


def test_a_stop_before_the_start_does_nothing(catalog: Catalog) -> None:
    run = Run(catalog)
    run.pipeline.stop.set()
    assert run(draft("a", BRIDGE)) == []
    assert run.loadings == 0


def test_a_file_that_moved_is_told_as_unchanged_and_found_there_from_now_on(catalog: Catalog, tmp_path: Path) -> None:
    old, new = str(tmp_path / "old.txt"), str(tmp_path / "new.txt")
    put(catalog, article(old, BRIDGE), "path", old)
    (done,) = Run(catalog)(Draft(article(new, BRIDGE), "new.txt", new, "path"))
    assert (done.kind, done.article_id) == ("unchanged", old)
    known = catalog.known(old)
    assert known is not None
    assert known.origin == new

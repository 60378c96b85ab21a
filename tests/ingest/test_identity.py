"""Which article a draft is: by its id, its address or its file, also after the file has moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.identity import resolve
from ingest.sources.draft import Draft
from retrieval.catalog import Catalog
from retrieval.models import Identity
from tests.building import BRIDGE, WHALE, article, cheaply_encoded, put


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path / "data")
    yield catalog
    catalog.close()


class Files:
    """A folder of text files that are ingested one by one."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self.folder = folder
        self.catalog = catalog

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def draft(self, name: str) -> Draft:
        path = str(self.folder / name)
        return Draft(article(path, (self.folder / name).read_text(encoding="utf-8")), name, path, "path")

    def ingest(self, name: str) -> str:
        """Ingest a file and return the name of the file that gave its article the id."""
        draft = self.draft(name)
        resolved, _ = resolve(self.catalog, draft)
        if put(self.catalog, resolved, "path", draft.origin) == "unchanged":
            self.catalog.put_origin(resolved.id, draft.origin)
        return Path(resolved.id).name


@pytest.fixture
def files(tmp_path: Path, catalog: Catalog) -> Files:
    return Files(tmp_path, catalog)


@pytest.mark.parametrize("identity", ["given", "url"])
def test_an_id_or_an_address_decides_alone(catalog: Catalog, identity: Identity) -> None:
    draft = Draft(article("id-1", WHALE), "b.txt", "/b.txt", identity)
    assert resolve(catalog, draft) == (draft.article, None)
    put(catalog, article("id-1", BRIDGE), identity, "/a.txt")
    resolved, known = resolve(catalog, draft)
    assert resolved == draft.article
    assert known == catalog.known("id-1") is not None


def test_a_file_is_the_article_that_was_found_there(files: Files) -> None:
    files.write("a.txt", BRIDGE)
    assert files.ingest("a.txt") == "a.txt"
    files.write("a.txt", WHALE)
    assert files.ingest("a.txt") == "a.txt"
    assert len(list(files.catalog.articles())) == 1


def test_two_files_of_the_same_text_are_two_articles(files: Files) -> None:
    files.write("a.txt", BRIDGE)
    files.write("b.txt", BRIDGE)
    assert [files.ingest("a.txt"), files.ingest("b.txt")] == ["a.txt", "b.txt"]
    assert [files.ingest("a.txt"), files.ingest("b.txt")] == ["a.txt", "b.txt"]


def test_a_file_that_moved_keeps_its_id(files: Files) -> None:
    files.write("a.txt", BRIDGE)
    files.ingest("a.txt")
    (files.folder / "a.txt").rename(files.folder / "b.txt")
    assert files.ingest("b.txt") == "a.txt"
    files.write("b.txt", WHALE)
    assert files.ingest("b.txt") == "a.txt", "and keeps it when its text changes after the move"
    (files.folder / "b.txt").rename(files.folder / "c.txt")
    assert files.ingest("c.txt") == "a.txt"
    (files.folder / "c.txt").rename(files.folder / "a.txt")
    assert files.ingest("a.txt") == "a.txt", "and when it moves back"


def test_a_file_that_moved_with_another_text_is_new(files: Files) -> None:
    files.write("a.txt", BRIDGE)
    files.ingest("a.txt")
    (files.folder / "a.txt").unlink()
    files.write("b.txt", WHALE)
    assert files.ingest("b.txt") == "b.txt"


def test_a_new_file_at_the_old_path_of_one_that_moved_is_another_article(files: Files) -> None:
    files.write("a.txt", BRIDGE)
    files.ingest("a.txt")
    (files.folder / "a.txt").rename(files.folder / "b.txt")
    assert files.ingest("b.txt") == "a.txt"
    files.write("a.txt", WHALE)
    assert files.ingest("a.txt") == "a.txt#2"
    assert files.ingest("a.txt") == "a.txt#2", "from then on"
    assert files.ingest("b.txt") == "a.txt"
    (files.folder / "a.txt").rename(files.folder / "c.txt")
    assert files.ingest("c.txt") == "a.txt#2"
    files.write("a.txt", "A third text.")
    assert files.ingest("a.txt") == "a.txt#3"


def test_a_copy_is_not_taken_for_a_move(files: Files) -> None:
    files.write("a.txt", BRIDGE)
    files.ingest("a.txt")
    files.write("b.txt", BRIDGE)
    assert files.ingest("b.txt") == "b.txt"
    (files.folder / "a.txt").unlink()
    assert files.ingest("b.txt") == "b.txt"


def test_two_copies_of_a_file_that_has_gone_do_not_both_take_its_id(files: Files) -> None:
    files.write("a.txt", BRIDGE)
    files.ingest("a.txt")
    (files.folder / "a.txt").unlink()
    files.write("b.txt", BRIDGE)
    files.write("c.txt", BRIDGE)
    assert [files.ingest("b.txt"), files.ingest("c.txt")] == ["a.txt", "c.txt"]


def test_a_line_of_a_file_that_moved_keeps_its_id(catalog: Catalog, tmp_path: Path) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    new.write_text("{}\n")
    put(catalog, article(f"{old}:3", BRIDGE), "path", f"{old}:3")
    resolved, known = resolve(catalog, Draft(article(f"{new}:3", BRIDGE), "new.jsonl:3", f"{new}:3", "path"))
    assert resolved.id == f"{old}:3"
    assert known is not None


def test_an_article_with_an_id_of_its_own_is_not_taken_for_a_moved_file(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("given", BRIDGE), "given", str(tmp_path / "gone.txt"))
    put(catalog, article("https://e.example/1", BRIDGE), "url", str(tmp_path / "gone.txt"))
    resolved, known = resolve(catalog, Draft(article("/a.txt", BRIDGE), "a.txt", "/a.txt", "path"))
    assert (resolved.id, known) == ("/a.txt", None)


def test_files_go_on_after_an_export_was_ingested(catalog: Catalog, tmp_path: Path) -> None:
    """There a path has become a given id, which stands for the file all the same."""
    path = str(tmp_path / "a.txt")
    imported = article(path, BRIDGE)
    put(catalog, imported, "given", str(tmp_path / "export.jsonl:1"))
    (tmp_path / "export.jsonl").write_text("{}\n")
    resolved, known = resolve(catalog, Draft(replace(imported, text=WHALE), "a.txt", path, "path"))
    assert (resolved.id, known) == (path, catalog.known(path))


def test_resolving_changes_nothing(files: Files) -> None:
    files.write("a.txt", BRIDGE)
    files.ingest("a.txt")
    (files.folder / "a.txt").rename(files.folder / "b.txt")
    before = files.catalog.known(str(files.folder / "a.txt"))
    assert before is not None
    resolve(files.catalog, files.draft("b.txt"))
    assert files.catalog.known(before.id) == before
    assert len(cheaply_encoded(article("a", BRIDGE))) == len(files.catalog.passage_ids())

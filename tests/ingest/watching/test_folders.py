"""Folders: what is opened in a round, and what becomes of files that go, move and change."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ingest.sources.files import SourceFile
from ingest.sources.walk import read_files
from ingest.watching import folder_round
from tests.building import BRIDGE, WHALE, write_jsonl
from tests.ingest.watching.world import World, counts

HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
def folder(world: World) -> Path:
    """A folder of three files that is watched."""
    folder = world.folder / "articles"
    folder.mkdir()
    for name, text in (("a.txt", BRIDGE), ("b.md", WHALE), ("c.html", f"<article><p>{BRIDGE} {WHALE}</p></article>")):
        (folder / name).write_text(text)
    (folder / "picture.png").write_bytes(b"\x89PNG")
    world.write('folder = "articles"')
    return folder


def rewrite(file: Path, text: str) -> None:
    """Write a file as an editor would, at another time than before."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text)
    os.utime(file, ns=(before + 1, before + 1))


def test_files_that_have_not_changed_are_not_opened(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def remembering(files: list[SourceFile], *rest: object) -> object:
        opened.extend(file.name for file in files)
        return read_files(files, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(folder_round, "read_files", remembering)
    assert counts(world.one()) == (3, 0, 0, 0, 0)
    assert len(opened) == 3
    assert counts(world.one(later=DAY)) == (0, 0, 3, 0, 0)
    rewrite(folder / "b.md", f"{WHALE} It will be cleaned first.")
    assert counts(world.one(later=HOUR)) == (0, 1, 2, 0, 0)
    assert opened[3:] == [str(folder / "b.md")]


def test_a_file_that_was_only_touched_is_unchanged(world: World, folder: Path) -> None:
    world.one()
    rewrite(folder / "a.txt", BRIDGE)
    assert counts(world.one()) == (0, 0, 3, 0, 0)


def test_a_file_that_was_moved_keeps_its_article(world: World, folder: Path) -> None:
    world.write('folder = "articles"\ngone = "remove"')
    world.one()
    before = world.ids()
    (folder / "deep").mkdir()
    (folder / "a.txt").rename(folder / "deep" / "a.txt")
    assert counts(world.one(later=HOUR)) == (0, 0, 3, 0, 0)
    assert world.ids() == before
    (folder / "deep" / "a.txt").unlink()
    assert counts(world.one(later=HOUR)) == (0, 0, 2, 1, 0)
    assert len(world.ids()) == 2


def test_what_fails_is_told_once(world: World, folder: Path) -> None:
    (folder / "empty.txt").write_text("")
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    report = world.one()
    assert counts(report) == (3, 0, 0, 0, 2)
    assert counts(world.one(later=HOUR)) == (0, 0, 3, 0, 0)
    (folder / "empty.txt").write_text("There is something in it now.")
    (folder / "gone.txt").unlink()
    assert counts(world.one(later=HOUR)) == (1, 0, 3, 0, 0)
    assert world.state.counts(1).failing == 0


def test_a_line_that_fails_costs_no_other_and_nothing_of_its_file_is_gone(world: World, folder: Path) -> None:
    world.write('folder = "articles"\ngone = "remove"')
    file = write_jsonl(folder / "d.jsonl", {"id": "one", "text": BRIDGE}, {"id": "two", "text": WHALE})
    world.one()
    rewrite(file, '{"id": "one", "text": "It has changed."}\nnonsense\n')
    report = world.one(later=HOUR)
    assert counts(report) == (0, 1, 3, 0, 1)
    assert report.failed[0]["name"].endswith("d.jsonl:2")
    assert {"one", "two"} <= world.ids()
    rewrite(file, '{"id": "one", "text": "It has changed."}\n')
    assert counts(world.one(later=HOUR)) == (0, 0, 4, 1, 0)
    assert "two" not in world.ids()


def test_the_newest_file_wins_where_two_have_an_article(world: World, folder: Path) -> None:
    """As in an ingest of both: exports come a file a day."""
    world.write('folder = "articles"\ngone = "remove"')
    write_jsonl(folder / "monday.jsonl", {"id": "one", "text": BRIDGE})
    world.one()
    write_jsonl(folder / "tuesday.jsonl", {"id": "one", "text": WHALE})
    assert counts(world.one(later=HOUR))[:2] == (0, 1)
    (folder / "monday.jsonl").unlink()
    assert counts(world.one(later=HOUR)) == (0, 0, 4, 0, 0)
    assert "one" in world.ids()


def test_what_is_too_old_this_time_comes_in_the_next(world: World, folder: Path) -> None:
    records = ({"id": f"of {year}", "text": f"{BRIDGE} {year}", "published": year} for year in ("2024", "2026"))
    write_jsonl(folder / "d.jsonl", *records)
    assert world.one(since="2025").new == 4
    assert "of 2024" not in world.ids()
    assert counts(world.one(later=HOUR)) == (1, 0, 4, 0, 0)
    world.write('folder = "articles"\nsince = "2025"\nname = "Recent"')
    assert world.one(later=HOUR).gone == 0


def test_stray_files_are_skipped(world: World, folder: Path) -> None:
    (folder / "settings.json").write_text(json.dumps({"a": 1}))
    assert counts(world.one()) == (3, 0, 0, 0, 0)


@pytest.mark.parametrize("gone", ["keep", "remove"])
@pytest.mark.parametrize("how", ["missing", "empty", "a file in its place"])
def test_a_folder_that_cannot_be_read_loses_nothing(world: World, folder: Path, how: str, gone: str) -> None:
    world.write(f'folder = "articles"\ngone = "{gone}"')
    world.one()
    away = folder.rename(world.folder / "away")
    if how == "empty":
        folder.mkdir()
    elif how == "a file in its place":
        folder.write_text("")
    report = world.one(later=HOUR)
    assert (report.gone, report.failed, bool(report.error)) == (0, [], True)
    assert len(world.ids()) == 3
    if how == "missing":
        assert report.error == "there is no such file or folder"
        away.rename(folder)
        assert counts(world.one(later=DAY)) == (0, 0, 3, 0, 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_what_lies_in_a_folder_that_cannot_be_read_is_not_gone(world: World, folder: Path) -> None:
    world.write('folder = "articles"\ngone = "remove"')
    (folder / "deep").mkdir()
    (folder / "deep" / "d.txt").write_text(f"{BRIDGE} Below.")
    world.one()
    (folder / "deep").chmod(0)
    try:
        assert counts(world.one(later=HOUR)) == (0, 0, 3, 0, 1)
    finally:
        (folder / "deep").chmod(0o700)
    assert len(world.ids()) == 4


def test_a_folder_that_is_still_empty_is_no_failure(world: World) -> None:
    (world.folder / "articles").mkdir()
    world.write('folder = "articles"')
    report = world.one()
    assert (counts(report), report.error) == ((0, 0, 0, 0, 0), "")


def test_that_a_folder_is_empty_can_be_confirmed(world: World, folder: Path) -> None:
    world.write('folder = "articles"\ngone = "remove"')
    world.one()
    for file in folder.iterdir():
        file.unlink()
    report = world.one(later=HOUR)
    assert report.error.endswith("`citegram-ingest refresh CONFIG --source articles --accept-gone`")
    assert world.one(later=DAY, accept_gone=True).gone == 3
    assert world.ids() == set()

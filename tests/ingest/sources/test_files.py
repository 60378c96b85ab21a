import os
import socket
from pathlib import Path

import pytest

from ingest.sources.files import Extent, measure, open_file
from retrieval.errors import ArticleError
from tests.ingest.sources.reads import read, read_content


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"text": "x"}' if path.suffix in (".jsonl", ".ndjson") else f"Text of {path.name}")


def names(folder: Path, *paths: Path) -> list[str]:
    return [os.path.relpath(draft.name, folder) for draft in read(*paths).drafts]


def test_folders_are_read_whole_and_in_order(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a/z.md", "a/b/c.HTML", "a.Text", "c.ndjson", "d.markdown", "e.htm", "f.jsonl")
    order = ["a/b/c.HTML", "a/z.md", "a.Text", "b.txt", "c.ndjson:1", "d.markdown", "e.htm", "f.jsonl:1"]
    assert names(tmp_path, tmp_path) == order


def test_hidden_entries_are_passed_over_and_other_kinds_counted(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", ".hidden.txt", ".git/b.txt", "c.ppt", "d", "e.txt~")
    outcome = read(tmp_path)
    assert [Path(draft.name).name for draft in outcome.drafts] == ["a.txt"]
    assert [Path(name).name for name in outcome.skipped] == ["c.ppt", "d", "e.txt~"]
    assert outcome.problems == []


def test_hidden_files_that_are_named_are_read(tmp_path: Path) -> None:
    write(tmp_path, ".git/.b.txt")
    assert names(tmp_path, tmp_path / ".git" / ".b.txt") == [".git/.b.txt"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "a/b.txt")
    os.symlink(tmp_path / "a" / "b.txt", tmp_path / "link.txt")
    assert names(
        tmp_path, tmp_path / "a", tmp_path / "a" / "b.txt", tmp_path / "a" / ".." / "a", tmp_path / "link.txt"
    ) == ["a/b.txt"]


def test_names_are_as_given_and_origins_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a/b.txt")
    monkeypatch.chdir(tmp_path)
    draft = read("a/./b.txt").only()
    assert (draft.name, draft.origin, draft.article.id) == (
        "a/./b.txt",
        str(tmp_path.resolve() / "a/b.txt"),
        draft.origin,
    )


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("missing.txt", "there is no such file or folder", id="missing file"),
        pytest.param("a.txt/b.txt", "there is no such file or folder", id="below a file"),
        pytest.param("nul\x00.txt", "there is no such file or folder", id="NUL in the name"),
        pytest.param("x" * 300, "cannot be read (file name too long)", id="name too long"),
        pytest.param("a.ppt", "is of a kind that is not read; read are .txt, .text, .md", id="another kind"),
        pytest.param("empty", "contains no articles; read are .txt, .text, .md", id="empty folder"),
        pytest.param("others", "contains no articles", id="folder of other kinds"),
        pytest.param("loop.txt", "cannot be read (too many levels of symbolic links)", id="link to itself"),
        pytest.param("dangling.txt", "there is no such file or folder", id="link to nothing"),
    ],
)
def test_a_path_that_cannot_be_read_is_one_problem(tmp_path: Path, path: str, reason: str) -> None:
    write(tmp_path, "a.txt", "a.ppt", "others/b.ppt")
    (tmp_path / "empty" / ".hidden").mkdir(parents=True)
    os.symlink("loop.txt", tmp_path / "loop.txt")
    os.symlink("nothing.txt", tmp_path / "dangling.txt")
    assert reason in read(tmp_path / path).reason()


def test_one_missing_path_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt")
    outcome = read(tmp_path / "a.txt", tmp_path / "missing", tmp_path / "b.txt")
    assert (len(outcome.drafts), len(outcome.problems)) == (2, 1)


def test_links_inside_a_folder_are_followed_to_files_inside_only(tmp_path: Path) -> None:
    write(tmp_path, "in/a.txt", "in/sub/b.txt", "out/c.txt", "out/d.ppt")
    tree = tmp_path / "in"
    os.symlink("../a.txt", tree / "sub" / "same.txt")
    os.symlink(tmp_path / "out" / "c.txt", tree / "c.txt")
    os.symlink(tmp_path / "out", tree / "out")
    os.symlink(tmp_path / "out" / "d.ppt", tree / "d.ppt")
    os.symlink("..", tree / "sub" / "up")
    os.symlink("self", tree / "self")
    os.symlink("gone", tree / "gone.md")
    outcome = read(tree)
    assert [os.path.relpath(draft.name, tree) for draft in outcome.drafts] == ["a.txt", "sub/b.txt"]
    reasons = {os.path.relpath(problem.name, tree): problem.reason for problem in outcome.problems}
    assert set(reasons) == {"c.txt", "out", "gone.md"}
    assert (
        reasons["c.txt"]
        == reasons["out"]
        == "is a link out of the folder and was not followed; name its target instead"
    )
    assert reasons["gone.md"] == "is a link to nothing; remove it"
    assert [os.path.relpath(name, tree) for name in outcome.skipped] == ["d.ppt"]


def test_a_linked_folder_that_is_named_is_read(tmp_path: Path) -> None:
    write(tmp_path, "real/a.txt")
    os.symlink("real", tmp_path / "link")
    assert names(tmp_path, tmp_path / "link") == ["link/a.txt"]


def test_a_fifo_a_socket_and_a_device_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.txt")
    os.mkfifo(tmp_path / "fifo")
    write(tmp_path, "a.txt")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "s.md"))
        outcome = read(tmp_path, tmp_path / "fifo", "/dev/zero")
    assert len(outcome.drafts) == 1
    assert {Path(problem.name).name for problem in outcome.problems} == {"fifo.txt", "s.md", "fifo", "zero"}
    assert {problem.reason for problem in outcome.problems} == {"is neither a file nor a folder and was not opened"}


def test_a_fifo_that_takes_the_place_of_a_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(ArticleError, match="neither a file nor a folder"):
        open_file(str(tmp_path / "a.txt"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b/c.txt", "d.jsonl", "e.txt")
    for name in ("a.txt", "b", "d.jsonl"):
        (tmp_path / name).chmod(0)
    outcome = read(tmp_path)
    (tmp_path / "b").chmod(0o700)
    assert len(outcome.drafts) == 1
    assert [problem.reason for problem in outcome.problems] == [
        "may not be read by this user; change its permissions"
    ] * 3


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    for name, size in (("a.txt", 10**13), ("b.md", 60_000_000), ("c.html", 30_000_000)):
        (tmp_path / name).touch()
        os.truncate(tmp_path / name, size)
    reasons = [problem.reason for problem in read(tmp_path).problems]
    assert [reason.split(";")[0] for reason in reasons] == [f"is larger than {mb} MB" for mb in (200, 50, 20)]


def test_a_deep_tree_of_folders_is_read(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 400)
    deep.mkdir(parents=True)
    write(deep, "a.txt")
    assert len(read(tmp_path).drafts) == 1


def test_sizes_add_up_to_the_extent(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b/c.html", "d.ppt")
    (tmp_path / "e.jsonl").write_text('\n{"text": "a"}\n\nbad\n{"text": "é"}\n')
    (tmp_path / "f.txt").write_bytes(b"")
    outcome = read(tmp_path)
    extent = measure([str(tmp_path)])
    assert extent == Extent(4, sum(path.stat().st_size for path in tmp_path.rglob("*.[tjh]*") if path.is_file()))
    assert (
        sum(draft.size for draft in outcome.drafts) + sum(problem.size for problem in outcome.problems) == extent.bytes
    )


def test_a_name_that_cannot_be_shown_is_escaped(tmp_path: Path) -> None:
    draft = read_content(tmp_path, "a\udce9\x1b[31m\u202e.txt", "Text").only()
    assert draft.name == f"{tmp_path}/a\\udce9\\x1b[31m\\u202e.txt"
    assert draft.article.id.encode().decode() == draft.article.id


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("news.example", True),
        ("www.news.example/politics/", True),
        ("news.example:8080/a.html", True),
        ("articles", False),
        ("news.txt", False),
        ("docs/news.txt", False),
        ("/news.example/a", False),
        ("./news.example", False),
    ],
)
def test_an_address_without_its_beginning_is_told(word: str, hint: bool) -> None:
    assert read(word).reason().endswith("write the address with its https://") == hint

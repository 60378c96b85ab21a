"""Pages with their main text in a folder: which are found in which layout, and that halves leave nothing out."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import EvaluationError
from tests.benchmarks import pages
from tests.benchmarks.page_sets import pages_of, without_title
from tests.ingest.sources.gold import gold_pages

TEXT = "".join(
    f"<p>Paragraph {n} says what no other paragraph of this guide says to those who read it.</p>" for n in range(9)
)
PAGE = f"<html><body><h1>Guide</h1><div>Menu</div><main id=a>{TEXT}</main></body></html>"


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param(
            {
                "set/one/source.html": PAGE,
                "set/one/expected.html": "<div><h1>Guide</h1><p>Gold.</p></div>",
                "b.html": PAGE,
            },
            {"set/one": "Gold."},
            id="source and expected",
        ),
        pytest.param({"a/one.html": PAGE, "a/one.txt": "Gold.", "a/two.txt": "Nothing"}, {"a/one": "Gold."}, id="text"),
        pytest.param(
            {"one.html": PAGE, "one.txt": " ", "two.html": PAGE, "two.txt": "Gold."}, {"two": "Gold."}, id="empty"
        ),
    ],
)
def test_pairs(tmp_path: Path, files: dict[str, str], found: dict[str, str]) -> None:
    assert {page.name: page.main.strip() for page in pages_of(put(tmp_path, files))} == found


def test_declared_pages_are_read_without_the_declaration(tmp_path: Path) -> None:
    [page] = pages_of(put(tmp_path, {"one.html": PAGE, "two.html": "<p>Nothing is declared here.</p>"}))
    assert page.main.startswith("Paragraph 0")
    assert "<main" not in page.content
    assert "Menu" not in page.main


def test_halves_make_the_whole_wherever_the_folder_begins(tmp_path: Path) -> None:
    files = {f"set/{n}.{kind}": PAGE if kind == "html" else "Gold." for n in range(20) for kind in ("html", "txt")}
    put(tmp_path, files)
    tune, report = ({page.name for page in pages_of(tmp_path, half)} for half in ("tune", "report"))
    assert len(tune | report) == len(tune) + len(report) == 20
    assert tune
    assert report
    assert {f"set/{page.name}" for page in pages_of(tmp_path / "set", "tune")} == tune


def test_a_folder_without_such_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no pages with their main text"):
        pages_of(put(tmp_path, {"one.html": "<p>Nothing is declared here.</p>"}))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("Guide\n\nText", "\n\nText", id="at the start"),
        pytest.param("Text " * 9 + "Guide", "Text " * 9 + "Guide", id="further on"),
    ],
)
def test_titles_do_not_count(text: str, rest: str) -> None:
    assert without_title(text, "Guide") == rest


def test_the_table_names_what_was_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wall = next(page.content for page in gold_pages() if "refused" in page.expected)
    put(tmp_path, {"read.html": PAGE, "read.txt": TEXT, "wall.html": wall, "wall.txt": "Gold."})
    pages.run(tmp_path)
    shown = capsys.readouterr().out
    assert "Main text of 2 pages" in shown.replace("\n", " ")
    assert "F1 below 0.9 by Citegram: 1: wall 0.00" in shown
    assert "Refused: wall: " in shown
    [ours] = [line for line in shown.splitlines() if line.startswith("| Citegram")]
    assert ours.split("|")[6].strip() == "1"

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents.table import read_table
from ingest.sources.draft import Draft, Place, Problem
from tests.ingest.sources.reads import read_content


def rows(data: bytes) -> list[Draft | Problem]:
    return list(read_table(io.BufferedReader(io.BytesIO(data)), Place("n.csv", "/n.csv", len(data))))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_columns_mean_what_they_are_called(tmp_path: Path, delimiter: str, encoding: str) -> None:
    lines = [["Title", "TEXT", "Published", "rubric"], ["Größe", '"Nine metres,\nsays Bäcker"', "2024-02-29", "sea"]]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    article = read_content(tmp_path, "news.csv", content).only().article
    assert (article.title, article.text, article.published) == ("Größe", "Nine metres,\nsays Bäcker", "2024-02-29")
    assert article.metadata == {"rubric": "sea"}


def test_rows_are_named_by_their_line_and_empty_ones_passed_over(tmp_path: Path) -> None:
    outcome = read_content(tmp_path, "n.csv", 'text,url\n"a\nb",\n,\n\nc,https://example.org/c\n')
    assert [Path(draft.name).name for draft in outcome.drafts] == ["n.csv:2", "n.csv:6"]
    assert [draft.identity for draft in outcome.drafts] == ["path", "url"]
    assert outcome.problems == []


def test_a_row_without_text_is_one_problem(tmp_path: Path) -> None:
    outcome = read_content(tmp_path, "n.csv", "title,text\na,\nb,words\n")
    assert len(outcome.drafts) == 1
    assert [Path(problem.name).name for problem in outcome.problems] == ["n.csv:2"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("title,body\na,b\n", 'has no column "text"; its first row names "title", "body"', id="no text"),
        pytest.param("", 'has no column "text"; its first row names none', id="0 bytes"),
        pytest.param("text,Text\na,b\n", 'has two columns "text"', id="twice"),
        pytest.param("text," + "x," * 1000, "at most 1000 are read", id="too many"),
        pytest.param(b"\x89PNG\r\n", "is not text", id="a picture"),
    ],
)
def test_a_table_that_cannot_be_read(tmp_path: Path, content: str | bytes, reason: str) -> None:
    assert reason in read_content(tmp_path, "n.csv", content).reason()


def test_cells_too_many_are_told() -> None:
    [draft] = rows(b"title,text\nHarbour,deep, and wide\n")
    assert isinstance(draft, Draft)
    assert draft.article.text == "deep"
    assert "1 cells beyond the last column" in draft.notices[0]


def test_a_quotation_mark_left_open_costs_memory_of_one_field_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.documents.table._LONGEST_FIELD", 100)
    outcome = rows(b'text\n"open\n' + b"words\n" * 30 + b"more\n")
    assert any(isinstance(one, Problem) and "correct its quotation marks" in one.reason for one in outcome)
    assert isinstance(outcome[-1], Draft)


@settings(max_examples=60, deadline=None)
@given(
    data=st.lists(st.sampled_from([b"text", b",", b";", b'"', b"\n", b"\r", b"a", b"\xff", b"\x00", b"title"])).map(
        b"".join
    )
)
def test_any_table_becomes_drafts_or_problems_and_their_sizes_are_its_size(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = read_content(Path(folder), "n.csv", b"text,b\n" + data)
    assert sum(one.size for one in outcome.drafts) + sum(one.size for one in outcome.problems) <= len(data) + 7

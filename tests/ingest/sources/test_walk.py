import io
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.normalize import canonical_text
from ingest.sources.files import KINDS
from ingest.sources.walk import measure, read_articles
from ingest.worker import Limits
from ingest.workers import Workers
from tests.ingest.documents.building import Text, docx, epub, paragraph, pdf
from tests.ingest.sources.reads import Outcome, read, read_content

PIECES = st.sampled_from(
    [
        b"---\n",
        b"title: ",
        b"Source: X",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x00",
        b"\r\n",
        b"# ",
        b"<p>",
        b'{"text": "a"}\n',
        b"\xe9",
        b"word ",
    ]
)


@pytest.mark.parametrize("suffix", sorted(KINDS))
@settings(max_examples=25, deadline=None)
@given(content=st.binary(max_size=300) | st.lists(PIECES, max_size=12).map(b"".join))
def test_any_bytes_under_any_suffix_become_drafts_or_problems(suffix: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = read_content(Path(folder), f"a{suffix}", content)
    for draft in outcome.drafts:
        article = draft.article
        assert canonical_text(article.text) == article.text
        assert article.text.strip()
        assert article.title
        assert article.id
    for problem in outcome.problems:
        assert problem.reason == problem.reason.strip(" .")
        assert "\n" not in problem.reason
    assert outcome.drafts or outcome.problems or suffix in (".jsonl", ".ndjson")


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
@pytest.mark.parametrize(
    "content", [b"", b" \r\n\t\n", b"\x00\x00", "\ufeff\u200b".encode(), "\u200d".encode("utf-16")]
)
def test_a_file_without_text_is_a_problem(tmp_path: Path, suffix: str, content: bytes) -> None:
    assert read_content(tmp_path, f"a{suffix}", content).reason() == "has no text; add some or remove it"


def test_articles_come_as_they_are_asked_for(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Text")
    drafts = read_articles([str(tmp_path)], lambda problem: None)
    next(drafts)
    (tmp_path / "b.txt").write_text("Changed")
    assert next(drafts).article.text == "Changed"


def test_a_file_that_goes_while_others_are_read_is_a_problem(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("Text")
    problems: list[object] = []
    drafts = read_articles([str(tmp_path / name) for name in ("a.txt", "b.txt", "c.txt")], problems.append)
    next(drafts)
    (tmp_path / "b.txt").unlink()
    assert len(list(drafts)) == 1
    assert len(problems) == 1


def test_a_disk_that_fails_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.sources import walk

    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(walk, "open_file", lambda path: io.BufferedReader(Failing()))
    for name in ("a.txt", "b.jsonl", "c.html"):
        (tmp_path / name).write_text("Text")
    reasons = {problem.reason for problem in read(tmp_path).problems}
    assert reasons == {"cannot be read (input/output error); check the path and the disk"}


def test_parts_of_a_document_have_names_origins_and_one_size(tmp_path: Path) -> None:
    chapters = {f"{n}.xhtml": f"<h1>Part {n}</h1>" + "<p>The harbour silts up every winter.</p>" * 1000 for n in (1, 2)}
    data = epub(chapters, "<dc:title>Harbours</dc:title>")
    outcome = read_content(tmp_path, "book.epub", data)
    book = tmp_path / "book.epub"
    assert [draft.name for draft in outcome.drafts] == [f"{book}/OPS/1.xhtml", f"{book}/OPS/2.xhtml"]
    assert [draft.article.id for draft in outcome.drafts] == [f"{book}!OPS/1.xhtml", f"{book}!OPS/2.xhtml"]
    assert [draft.size for draft in outcome.drafts] == [len(data), 0]


def test_a_later_export_of_a_channel_gives_the_same_ids(tmp_path: Path) -> None:
    channel = (
        '{"name": "News", "type": "public_channel", "id": 7, "messages": [{"id": 5, "type": "message", "text": "%s"}]}'
    )
    ids = [read_content(tmp_path, f"{words}.json", channel % words).only().article.id for words in ("old", "new")]
    assert ids == ["telegram:7/5", "telegram:7/5"]


STRAYS: dict[str, str] = {"package.json": '{"name": "x"}', "figures.csv": "year,harbours\n2024,3\n"}


def test_files_of_another_kind_in_a_folder_are_skipped_with_a_line(tmp_path: Path) -> None:
    for name, content in {**STRAYS, "z.txt": "words"}.items():
        (tmp_path / name).write_text(content)
    outcome = read(tmp_path)
    assert outcome.problems == []
    assert outcome.only().size == measure([str(tmp_path)]).bytes, "what was skipped is part of what was read"
    assert [Path(name).name for name in outcome.skipped] == ["figures.csv", "package.json"]
    assert [notice.removeprefix(f"{tmp_path}/") for notice in outcome.notices] == [
        'figures.csv: skipped: has no column "text"; its first row names "year", "harbours"; name one of them text',
        "package.json: skipped: is JSON of another kind; read are Telegram Desktop's exports of channels, and JSON Lines "
        "(.jsonl)",
    ]


@pytest.mark.parametrize("name", STRAYS)
def test_files_of_another_kind_that_are_named_outright_fail(tmp_path: Path, name: str) -> None:
    outcome = read_content(tmp_path, name, STRAYS[name])
    assert outcome.reason()
    assert (outcome.skipped, outcome.notices) == ([], [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.json", '{"name": "x", "messages": [', id="an export that is cut off"),
        pytest.param("a.json", '{"type": "personal_chat", "messages": []}', id="a conversation"),
        pytest.param("a.csv", "text,Text\na,b\n", id="two columns of texts"),
        pytest.param("a.csv", "text,title\n,b\n", id="a row without text"),
    ],
)
def test_a_file_of_the_right_kind_that_cannot_be_read_fails_in_a_folder_too(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    outcome = read(tmp_path)
    assert outcome.reason()
    assert outcome.skipped == []


def test_every_kind_of_document_comes_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>page</p>")
    (tmp_path / "b.txt").write_text("text")
    (tmp_path / "c.pdf").write_bytes(pdf([Text(40, 700, "print")]))
    (tmp_path / "d.docx").write_bytes(docx(paragraph("word")))
    (tmp_path / "e.md").write_text("mark")
    (tmp_path / "f.eml").write_bytes(b"From: a@b.c\n\nmail")
    (tmp_path / "g.csv").write_text("text\ncell\n")
    (tmp_path / "h.pdf").write_bytes(b"%PDF-")
    outcome = read(tmp_path)
    texts = ["page", "text", "print", "word", "mark", "mail", "cell"]
    assert [draft.article.text for draft in outcome.drafts] == texts
    assert [Path(problem.name).name for problem in outcome.problems] == ["h.pdf"]


def test_markdown_that_takes_forever_costs_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("![[" * 300_000)
    (tmp_path / "b.md").write_text("words")
    outcome = Outcome()
    with Workers(1, Limits(seconds=3)) as workers:
        outcome.drafts.extend(read_articles([str(tmp_path)], outcome.problems.append, workers=workers))
    assert [draft.article.text for draft in outcome.drafts] == ["words"]
    assert [problem.reason for problem in outcome.problems] == [
        "takes more than 3 s to read and was given up; split it"
    ]


def test_trafilatura_is_loaded_only_for_pages(tmp_path: Path) -> None:
    for name in ("a.txt", "b.md", "c.jsonl"):
        (tmp_path / name).write_text('{"text": "a"}')
    program = (
        "import sys; from ingest.sources.walk import read_articles; "
        "print(len(list(read_articles([sys.argv[1]], print))), 'trafilatura' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "False"]


def test_pages_that_trafilatura_warns_about_print_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p></p><script>x</script>")
    (tmp_path / "b.html").write_text("x")
    program = "import sys; from ingest.sources.walk import read_articles; list(read_articles([sys.argv[1]], str))"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_file_copied_from_a_web_page(tmp_path: Path) -> None:
    content = (
        "Ex-officers reportedly joining the other side\n\nEx-officers reportedly joining the other side\n\n"
        "The US-backed government collapsed on 15 August.\r\n\r\nA “small but growing” number have been joining the ISIS* "
        "offshoot, citing Taliban* leaders.\n\nMany haven’t been paid.\n\nSource: Sputnik News"
    )
    article = read_content(tmp_path, "000.txt", content).only().article
    assert article.title == "Ex-officers reportedly joining the other side"
    assert article.source == "Sputnik News"
    assert article.text == (
        "Ex-officers reportedly joining the other side\n\n"
        "The US-backed government collapsed on 15 August.\n\nA “small but growing” number have been joining the ISIS* "
        "offshoot, citing Taliban* leaders.\n\nMany haven’t been paid."
    )

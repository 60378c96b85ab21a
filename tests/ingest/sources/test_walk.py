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
from tests.ingest.sources.reads import read, read_content

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
    from ingest.sources.walk import read_articles

    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Text")
    drafts = read_articles([str(tmp_path)], lambda problem: None)
    next(drafts)
    (tmp_path / "b.txt").write_text("Changed")
    assert next(drafts).article.text == "Changed"


def test_a_file_that_goes_while_others_are_read_is_a_problem(tmp_path: Path) -> None:
    from ingest.sources.walk import read_articles

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

"""`citegram-ingest`: articles in, what is there, and what goes; standard output, exit codes, and no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import main
from ingest.lock import writing
from ingest.remove import remove_articles
from retrieval.catalog import Catalog
from retrieval.catalog_rows import content_hash
from retrieval.index import VectorIndex
from retrieval.settings import load_settings
from tests.building import BRIDGE, WHALE, article, make_model, put, write_jsonl
from tests.conftest import SAMPLES
from tests.retrieval.chroma_doubles import servers_below

Capture = pytest.CaptureFixture[bytes]
LISTED = ["id", "title", "source", "author", "url", "published", "language", "passages", "version", "hash"]


@pytest.fixture
def cli(command_line: Path, capsysbinary: Capture) -> CommandLine:
    return CommandLine(command_line, capsysbinary)


class CommandLine:
    """The command as an operator uses it, in this process."""

    def __init__(self, data_dir: Path, capture: Capture) -> None:
        self.data_dir = data_dir
        self._capture = capture
        self.output = b""
        self.error = ""

    def run(self, *words: str | Path) -> int:
        """Run the command, keep what it wrote, and return its exit code."""
        self._capture.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:
            code = int(end.code or 0)
        captured = self._capture.readouterr()
        self.output, self.error = captured.out, captured.err.decode()
        assert "Traceback" not in self.error
        return code

    def lines(self) -> list[dict[str, Any]]:
        """What was written as JSON Lines."""
        assert self.output == b"" or self.output.endswith(b"\n")
        return [json.loads(line) for line in self.output.split(b"\n")[:-1]]

    def object(self) -> dict[str, Any]:
        """What was written as one JSON object."""
        (only,) = self.lines()
        return only

    def ids(self) -> list[str]:
        """The ids of what is in the catalogue."""
        assert self.run("list", "--json") == 0
        return [line["id"] for line in self.lines()]

    @contextmanager
    def catalog(self) -> Iterator[Catalog]:
        with closing(Catalog.in_directory(self.data_dir)) as catalog:
            yield catalog

    @contextmanager
    def index(self) -> Iterator[VectorIndex]:
        from retrieval.bootstrap import open_index

        with self.catalog() as catalog:
            index = open_index(load_settings(), catalog)
            yield index
            index.close()


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A file of two articles."""
    return write_jsonl(
        tmp_path / "two.jsonl",
        {"id": "b", "text": WHALE, "title": "Whale — 鯨", "section": "culture", "nested": {"a": [1]}},
        {"id": "a", "text": BRIDGE, "author": "Ada", "source": "Post", "published": "2026-03-01", "language": "en"},
    )


# Articles in


def test_files_and_folders_of_every_kind(cli: CommandLine, tmp_path: Path, two: Path) -> None:
    folder = tmp_path / "folder" / "deep"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text(f"Bridge closes\n\n{BRIDGE}\n\nSource: Post")
    (folder / "b.md").write_text(f"---\ntitle: From front matter\nauthor: Ada\n---\n{WHALE}")
    (folder / "c.html").write_text(f"<title>A page</title><article><p>{BRIDGE} {WHALE}</p></article>")
    (folder / "d.png").write_bytes(b"\x89PNG")
    assert cli.run(tmp_path / "folder", two) == 0
    assert cli.output == b"", "standard output is for --json"
    summary = cli.error.splitlines()[-1]
    assert summary.startswith("5 new, 0 updated, 0 unchanged, 0 failed; 1 files of other kinds skipped; ")
    assert summary.endswith(f", in {cli.data_dir}")
    assert f"{folder / 'a.txt'}: new, 1 passages" in cli.error
    assert cli.run("list") == 0
    listed = cli.output.decode().splitlines()
    assert len(listed) == 5
    assert f"{folder.resolve() / 'a.txt'}  -  Post  Bridge closes" in listed
    assert any(line.startswith("a  2026-03-01  Post  The harbour bridge in Westmere was closed") for line in listed)


def test_the_summary_as_json(cli: CommandLine, two: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" \n")
    assert cli.run("--json", two, tmp_path / "empty.txt") == 1
    summary = cli.object()
    seconds = summary.pop("seconds")
    assert seconds >= 0
    assert summary == {
        "new": 2, "updated": 0, "unchanged": 0, "skipped": 0, "passages": 2, "stopped": False, "index": "up to date",
        "failed": [{"name": str(tmp_path / "empty.txt"), "reason": "has no text; add some or remove it"}],
        "data_dir": str(cli.data_dir),
    }  # fmt: skip
    assert "2 new, 0 updated, 0 unchanged, 1 failed; " in cli.error


@pytest.mark.parametrize(
    "arrange",
    [
        pytest.param(lambda a, b: ["--json", a, b], id="before"),
        pytest.param(lambda a, b: [a, b, "--json"], id="after"),
        pytest.param(lambda a, b: [a, "--json", b], id="between"),
        pytest.param(lambda a, b: [a, "--wait", b, "--json"], id="both"),
        pytest.param(lambda a, b: ["--json", "--", a, b], id="after two dashes"),
    ],
)
def test_options_in_any_order(cli: CommandLine, tmp_path: Path, arrange: Any) -> None:
    a, b = (str(write_jsonl(tmp_path / f"{name}.jsonl", {"id": name, "text": WHALE})) for name in "ab")
    assert cli.run(*arrange(a, b)) == 0
    assert cli.object()["new"] == 2


def test_again_means_unchanged(cli: CommandLine, two: Path) -> None:
    cli.run(two)
    assert cli.run(two, "--json") == 0
    assert (cli.object()["new"], cli.object()["unchanged"]) == (0, 2)
    assert "loading" not in cli.error
    assert cli.run("--if-empty", two, "--json") == 0
    assert cli.output == b"", "there is something already"


@pytest.mark.parametrize(
    ("change", "version"),
    [
        pytest.param({"text": f"{WHALE} More."}, 2, id="text"),
        pytest.param({"title": "Other"}, 2, id="title"),
        pytest.param({"author": "Bea"}, 1, id="author"),
        pytest.param({"unheard_of": 5}, 1, id="unknown key"),
    ],
)
def test_what_changed_is_updated(cli: CommandLine, tmp_path: Path, change: dict[str, Any], version: int) -> None:
    record = {"id": "a", "text": WHALE, "title": "Whale"}
    file = write_jsonl(tmp_path / "in.jsonl", record)
    cli.run(file)
    write_jsonl(file, {**record, **change})
    assert cli.run(file, "--json") == 0
    assert (cli.object()["new"], cli.object()["updated"]) == (0, 1)
    assert ("loading" in cli.error) == (version == 2)
    cli.run("show", "a", "--json")
    shown = cli.object()
    assert shown["version"] == version
    assert {**shown, **shown["metadata"]}.items() >= change.items()
    with cli.index() as index:
        (known,) = index.all_ids()
        index.connect()
        assert index.ids_of_article(known >> 20) == {known}


def test_a_file_that_moved_keeps_its_id_and_its_old_place_is_free(cli: CommandLine, tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text(BRIDGE)
    cli.run(old)
    old.rename(new)
    assert cli.run(new, "--json") == 0
    assert cli.object()["unchanged"] == 1
    old.write_text(WHALE)
    cli.run(old, new, "--json")
    assert (cli.object()["new"], cli.object()["unchanged"]) == (1, 1)
    assert cli.ids() == [str(old), f"{old}#2"]
    cli.run("show", str(old))
    assert BRIDGE.split("\n")[0] in cli.output.decode()


def test_the_address_is_the_identity_where_no_id_is_given(cli: CommandLine, tmp_path: Path) -> None:
    one = write_jsonl(tmp_path / "1.jsonl", {"url": "https://E.example:443/a?utm_source=x#top", "text": WHALE})
    other = write_jsonl(tmp_path / "2.jsonl", {"url": "https://e.example/a", "text": f"{WHALE} More."})
    cli.run(one)
    cli.run(other, "--json")
    assert cli.object()["updated"] == 1
    assert cli.ids() == ["https://e.example/a"]


def test_text_as_it_really_comes_never_stops_the_rest(cli: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    contents = {
        "empty.txt": b"",
        "blank.txt": b" \n\t\r\n",
        "invisible.txt": "\u200b\ufeff\u2060".encode(),
        "binary.txt": bytes(range(256)) * 40,
        "one-word.txt": b"Bridge",
        "utf16.txt": "Die Brücke ist gesperrt. Niemand weiß, warum.".encode("utf-16"),
        "nul.txt": b"The bridge\x00 is closed.",
        "broken.txt": b"The bridge is closed \xff\xfe for nine weeks, they say.",
        "no-paragraphs.txt": b"The bridge is closed and nobody knows why " * 500,
        "mixed.txt": b"Bridge\r\rThe bridge\r\nis closed.\n\n\nSource: Post",
        "bad.jsonl": b'{"text": "Half a line\n{"text": 5}\n[]\n{"id": "ok", "text": "\\ud800 A good line."}\n',
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    assert cli.run(folder, "--json") == 1
    summary = cli.object()
    failed = {Path(item["name"]).name: item["reason"] for item in summary["failed"]}
    assert failed.keys() == {
        "empty.txt", "blank.txt", "invisible.txt", "binary.txt", "bad.jsonl:1", "bad.jsonl:2", "bad.jsonl:3", "gone.txt"
    }  # fmt: skip
    assert all("\n" not in reason for reason in failed.values())
    assert summary["new"] == 7
    cli.run("show", str(folder / "mixed.txt"), "--json")
    assert (cli.object()["source"], cli.object()["title"]) == ("Post", "Bridge")
    cli.run("show", "ok", "--json")
    assert cli.object()["text"] == "\ufffd A good line."


def test_the_path_of_the_data_directory_is_always_absolute(
    cli: CommandLine, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CITEGRAM_DATA_DIR")
    monkeypatch.chdir(tmp_path)
    for words in (["list"], [two], ["stats"], ["reindex"]):
        cli.run(*words)
        assert str(tmp_path / "data") in cli.output.decode() + cli.error, words


# What is there


def test_list(cli: CommandLine, two: Path) -> None:
    cli.run(two)
    for words in (["list", "--json"], ["--json", "list"]):
        assert cli.run(*words) == 0
        a, b = cli.lines()
        assert list(a) == list(b) == LISTED
        assert (a["id"], b["id"]) == ("a", "b")
        assert (b["title"], b["author"], b["version"], b["passages"]) == ("Whale — 鯨", None, 1, 1)
        assert b["hash"] == content_hash(article("b", WHALE, "Whale — 鯨"))
        assert "鯨".encode() in cli.output
        assert cli.error == ""


@pytest.mark.parametrize("words", [["list"], ["list", "--json"]])
def test_list_of_nothing_says_how_to_begin(cli: CommandLine, words: list[str]) -> None:
    assert cli.run(*words) == 0
    assert cli.output == b""
    assert cli.error == f"There are no articles yet in {cli.data_dir}; add some with `citegram-ingest PATH ...`\n"


def test_show(cli: CommandLine, two: Path) -> None:
    cli.run(two)
    assert cli.run("show", "b", "--json") == 0
    shown = cli.object()
    assert list(shown) == [*LISTED, "text", "metadata"]
    assert shown["text"] == WHALE
    assert shown["metadata"] == {"section": "culture", "nested": {"a": [1]}}
    assert cli.run("show", "b") == 0
    text = cli.output.decode()
    assert text.endswith(f"\n\n{WHALE}\n")
    assert "title: Whale — 鯨\n" in text
    assert "author: -\n" in text


def test_show_of_an_unknown_article(cli: CommandLine) -> None:
    assert cli.run("show", "no such", "--json") == 1
    assert cli.output == b""
    assert cli.error == "citegram-ingest: there is no article 'no such'; `citegram-ingest list` shows them\n"


def test_names_that_are_no_text(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text(BRIDGE)
    assert cli.run(tmp_path / name) == 0
    assert cli.run("show", tmp_path / name, "--json") == 0
    assert cli.object()["text"] == BRIDGE
    assert cli.run("remove", tmp_path / name) == 0
    assert cli.run("show", tmp_path / name) == 1
    monkeypatch.setenv("CITEGRAM_DATA_DIR", str(tmp_path / os.fsdecode(b"d\xe9")))
    assert cli.run("stats", "--json") == 2
    assert cli.error.startswith("citegram-ingest: CITEGRAM_DATA_DIR has a value of the wrong kind; a valid example: ")


def test_stats(cli: CommandLine, two: Path) -> None:
    cli.run(two)
    assert cli.run("stats", "--json") == 0
    facts = cli.object()
    assert facts["bytes"] > 10_000
    assert {name: value for name, value in facts.items() if name != "bytes"} == {
        "articles": 2, "passages": 2, "sources": 1, "from": "2026-03-01", "to": "2026-03-01", "dimensions": 384,
        "embedding_model": "all-MiniLM-L6-v2", "queued_for_index": 0, "data_dir": str(cli.data_dir),
    }  # fmt: skip
    assert cli.run("stats") == 0
    assert b"articles: 2\n" in cli.output


def test_stats_of_nothing(cli: CommandLine) -> None:
    assert cli.run("stats", "--json") == 0
    assert (cli.object()["articles"], cli.object()["embedding_model"], cli.object()["from"]) == (0, None, None)


# Out and in again


def test_export_and_ingest_into_an_empty_catalogue(
    cli: CommandLine, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.run(two, SAMPLES / "pear-harvest-halved.md")
    assert cli.run("export", "-") == 0
    first = cli.output
    assert [line["id"] for line in cli.lines()] == sorted(line["id"] for line in cli.lines())
    assert cli.lines()[1]["section"] == "culture", "unknown keys stand at the top"
    assert cli.error == f"3 articles exported from {cli.data_dir}\n"
    assert cli.run("export", tmp_path / "out.jsonl") == 0
    assert (tmp_path / "out.jsonl").read_bytes() == first
    monkeypatch.setenv("CITEGRAM_DATA_DIR", str(tmp_path / "other"))
    assert cli.run(tmp_path / "out.jsonl") == 0
    assert cli.run("export", "-") == 0
    assert cli.output == first


# Out for good


def test_remove(cli: CommandLine, two: Path) -> None:
    cli.run(two)
    assert cli.run("remove", "b") == 0
    assert cli.output == b"removed b\n"
    assert cli.ids() == ["a"]
    assert cli.run("show", "b") == 1
    with cli.catalog() as catalog, cli.index() as index:
        assert index.all_ids() == catalog.passage_ids()
    traces = [path for path in cli.data_dir.glob("catalog*") if b"sperm whale" in path.read_bytes()]
    assert traces == []


def test_a_removal_while_somebody_reads_says_what_it_leaves(cli: CommandLine, two: Path) -> None:
    cli.run(two)
    with cli.catalog() as catalog, cli.catalog() as reader, cli.index() as index:
        with catalog._connection() as own:
            own.execute("PRAGMA busy_timeout = 50")
        with reader.snapshot() as snapshot:
            assert snapshot.article_count() == 2
            removal = remove_articles(catalog, index, ["b"])
        assert removal.removed == ("b",)
        assert removal.traces_left
        assert "open for reading" in removal.trouble
        assert index.all_ids() == catalog.passage_ids(), "the index is whole all the same"


def test_remove_of_an_unknown_article_is_told_and_the_others_go(cli: CommandLine, two: Path) -> None:
    cli.run(two)
    assert cli.run("remove", "no such", "--wait", "b", "a", "b") == 1
    assert cli.output == b"removed b\nremoved a\n"
    assert cli.error == "citegram-ingest: there is no article 'no such'; `citegram-ingest list` shows them\n"
    assert cli.ids() == []
    assert cli.run("remove", "b") == 1
    assert cli.run("remove", "--", "-x") == 1
    assert "there is no article '-x'" in cli.error


def test_an_article_that_was_removed_can_come_back(cli: CommandLine, two: Path) -> None:
    cli.run(two)
    cli.run("remove", "b")
    assert cli.run(two, "--json") == 0
    assert (cli.object()["new"], cli.object()["unchanged"]) == (1, 1)
    assert cli.ids() == ["a", "b"]


# Made anew


def test_reindex(cli: CommandLine, two: Path) -> None:
    cli.run(two)
    assert cli.run("reindex") == 0
    assert cli.output == b""
    assert cli.error == f"The vector index holds 2 passages, in {cli.data_dir}\n"
    with cli.catalog() as catalog, cli.index() as index:
        assert index.all_ids() == catalog.passage_ids()


def test_another_model_is_one_clear_line_and_reindex_brings_it_in(
    cli: CommandLine, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.run(two)
    other = str(make_model(tmp_path / "other"))
    monkeypatch.setenv("CITEGRAM_EMBEDDING_MODEL", other)
    monkeypatch.setattr("retrieval.knowledge.measure_encoder", lambda encoder: {"en": 0.1})  # 1,200 texts otherwise
    more = write_jsonl(tmp_path / "more.jsonl", {"id": "c", "text": "A third article."})
    assert cli.run(two, more) == 1
    assert cli.error.splitlines()[-1] == (
        f"citegram-ingest: The catalogue was made with the embedding model all-MiniLM-L6-v2, and {other} is set; run "
        "`citegram-ingest reindex --encode`, or set CITEGRAM_EMBEDDING_MODEL back."
    )
    assert cli.ids() == ["a", "b"]
    assert cli.run("reindex", "--encode") == 0
    assert f"2 articles encoded with {other}" in cli.error
    cli.run("stats", "--json")
    assert (cli.object()["embedding_model"], cli.object()["dimensions"]) == (other, 32)
    assert cli.object()["queued_for_index"] == 0
    assert cli.run(more) == 0
    with cli.catalog() as catalog, cli.index() as index:
        assert index.all_ids() == catalog.passage_ids()


# Words and mistakes


def test_a_first_word_that_is_a_command_is_the_command(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "a.txt").write_text(WHALE)
    assert cli.run("list") == 0
    assert "There are no articles yet" in cli.error
    assert cli.run("./list") == 0
    assert "1 new" in cli.error
    assert cli.run("--", "list") == 0
    assert "1 unchanged" in cli.error
    assert cli.run("list/a.txt", "list") == 0, "only as the first word"
    assert "1 unchanged" in cli.error


@pytest.mark.parametrize(
    "words",
    [
        [], ["--json"], ["--unheard-of", "x"], ["show"], ["show", "a", "b"], ["list", "x"], ["remove"], ["export"],
        ["export", "a", "b"], ["reindex", "x"], ["stats", "--wait"], ["list", "--unheard-of"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage(cli: CommandLine, words: list[str]) -> None:
    assert cli.run(*words) == 2
    assert cli.output == b""
    assert cli.error.startswith("usage: citegram-ingest")
    assert not cli.data_dir.exists(), "wrong usage makes no catalogue"


@pytest.mark.parametrize("words", [["list"], ["export", "-"], ["stats"], ["."]])
def test_a_wrong_setting(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setenv("CITEGRAM_DATA_DIR", "/dev/null/data")
    assert cli.run(*words) == 2
    assert cli.output == b""
    (line,) = cli.error.splitlines()
    assert line.startswith("citegram-ingest: CITEGRAM_DATA_DIR cannot be a directory, since /dev/null is a file; ")


@pytest.mark.parametrize("words", [["nowhere.txt"], ["remove", "a"], ["reindex"]], ids=" ".join)
def test_while_another_ingest_runs(cli: CommandLine, words: list[str]) -> None:
    with writing(cli.data_dir, wait=False):
        assert cli.run(*words) == 1
        assert cli.run("list") == 0, "reading goes on"
        cli.run(*words)
    (line,) = cli.error.splitlines()
    assert line.startswith("citegram-ingest: Another ingest is running since 20")
    assert line.endswith(f", process {os.getpid()}; try again later, or add --wait.")


def test_an_export_that_cannot_be_written(cli: CommandLine) -> None:
    assert cli.run("export", "/no/such/folder/out.jsonl") == 1
    assert cli.error.startswith("citegram-ingest: /no/such/folder/out.jsonl cannot be written (")


# As a process


def process(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ingest", *map(str, words)],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_again_imports_no_torch_and_starts_no_server(data_dir: Path, sample_data_dir: Path) -> None:
    import shutil

    shutil.copytree(sample_data_dir, data_dir)
    with closing(Catalog.in_directory(data_dir)) as catalog:
        for key, generation in catalog.pending(1000):
            catalog.settle(key, generation)
    program = (
        "import sys\nfrom ingest.cli import main\n"
        f"code = main([{str(SAMPLES)!r}])\n"
        "print(code, sorted({'torch', 'transformers', 'sentence_transformers', 'chromadb'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "0 []\n"
    assert f"0 new, 0 updated, {len(list(SAMPLES.glob('*.md')))} unchanged, 0 failed; 0 passages" in done.stderr
    assert not (data_dir / "chroma.json").exists()
    assert servers_below(data_dir) == []


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom ingest.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'chromadb', 'langchain_core', 'sentence_transformers', 'numpy', 'pydantic', 'trafilatura'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "export FILE|-" in done.stdout
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("words", [["list"], ["show", "a"], ["list", "--json"]], ids=" ".join)
def test_a_terminal_that_knows_ascii_only_costs_no_traceback(data_dir: Path, words: list[str]) -> None:
    with closing(Catalog.in_directory(data_dir)) as catalog:
        put(catalog, article("a", WHALE, "Whale — 鯨"))
    done = process(*words, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"Whale" in done.stdout


def test_a_reader_who_has_left_is_no_error_worth_a_line(data_dir: Path) -> None:
    with closing(Catalog.in_directory(data_dir)) as catalog:
        put(catalog, article("a", WHALE))
    for words in (["list"], ["list", "--json"], ["show", "a"], ["export", "-"]):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            [sys.executable, "-m", "ingest", *words], stdout=write, stderr=subprocess.PIPE, check=False, timeout=60
        )
        os.close(write)
        assert b"rror" not in done.stderr, words
        assert done.returncode == 1

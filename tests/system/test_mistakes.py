"""An operator's mistakes: each is one sentence that says what to do, exit code 1 or 2, and never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.cli import main as ingest
from retrieval.catalog import FILE_NAME
from retrieval.cli import main as ask
from tests.retrieval.chroma_doubles import foreign_server
from tests.system.processes import ROOT, environment, run, run_here

CLOSED_PORT = "http://127.0.0.1:9"


# What an operator may have done to a data directory, given a whole catalogue.


def nothing(data_dir: Path, catalogue: Path) -> None:
    """Leave the data directory to be made."""


def whole(data_dir: Path, catalogue: Path) -> None:
    data_dir.mkdir()
    shutil.copy(catalogue, data_dir)


def a_file(data_dir: Path, catalogue: Path) -> None:
    data_dir.write_text("no directory")


def garbage(data_dir: Path, catalogue: Path) -> None:
    data_dir.mkdir()
    (data_dir / FILE_NAME).write_bytes(b"no database, " * 1000)


def a_directory(data_dir: Path, catalogue: Path) -> None:
    (data_dir / FILE_NAME).mkdir(parents=True)


def another_database(data_dir: Path, catalogue: Path) -> None:
    data_dir.mkdir()
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as connection:
        connection.execute("CREATE TABLE articles (name)")


def from_the_future(data_dir: Path, catalogue: Path) -> None:
    data_dir.mkdir()
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as connection:
        connection.execute("PRAGMA user_version = 999")


def cut_short(data_dir: Path, catalogue: Path) -> None:
    whole(data_dir, catalogue)
    os.truncate(data_dir / FILE_NAME, 5000)


def damaged(data_dir: Path, catalogue: Path) -> None:
    whole(data_dir, catalogue)
    with (data_dir / FILE_NAME).open("r+b") as file:
        file.seek(20 * 4096)
        file.write(b"no page of a database " * 20_000)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A command that cannot succeed; `words` are what its one sentence has to hold."""

    name: str
    command: str
    words: tuple[str, ...]
    code: int = 1
    where: Callable[[Path, Path], None] = nothing
    settings: tuple[tuple[str, str], ...] = ()


RESTORE = (FILE_NAME, "backup")
CHROMA, USERS = "CITEGRAM_CHROMA_URL", "CITEGRAM_ALLOWED_USERS"
DATA_DIR, BOT_TOKEN = "CITEGRAM_DATA_DIR", "TELEGRAM_BOT_TOKEN"
MISTAKES = (
    Mistake("ingest without a path", "ingest", ("name a file, a folder or an address",), 2),
    Mistake("a flag that is none", "ingest --no-such-flag x.md", ("--no-such-flag",), 2),
    Mistake("a path that is not there", "ingest nowhere.md", ("nowhere.md", "no such file")),
    Mistake("a file of another kind", f"ingest {ROOT / 'Makefile'}", ("Makefile", ".jsonl")),
    Mistake("show of an unknown id", "ingest show nobody", ("nobody", "list"), where=whole),
    Mistake("remove of an unknown id", "ingest remove nobody", ("nobody", "list"), where=whole),
    Mistake("remove without an id", "ingest remove", ("required: ID",), 2),
    Mistake("list with a word too many", "ingest list more", ("more",), 2),
    Mistake("export to nowhere", "ingest export none/such/file.jsonl", ("none/such", "another file"), where=whole),
    Mistake("export to a directory", "ingest export .", ("cannot be written",), where=whole),
    Mistake("a data directory that is a file", "ingest stats", (DATA_DIR, "is a file"), 2, a_file),
    Mistake("a data directory that cannot be made", "ingest stats", (DATA_DIR,), settings=((DATA_DIR, "/proc/none"),)),
    Mistake("garbage for a catalogue", "ingest stats", RESTORE, where=garbage),
    Mistake("garbage for a catalogue, asked", "retrieval Why?", RESTORE, where=garbage),
    Mistake("garbage for a catalogue, in the console", "bot --console", RESTORE, where=garbage),
    Mistake("a directory for a catalogue", "ingest stats", (DATA_DIR,), where=a_directory),
    Mistake("another program's database", "ingest stats", RESTORE, where=another_database),
    Mistake("a catalogue of a newer version", "ingest list", ("newer Citegram",), where=from_the_future),
    Mistake("a catalogue cut short", "ingest list", RESTORE, where=cut_short),
    Mistake("a damaged catalogue, reindexed", "ingest reindex", RESTORE, where=damaged),
    Mistake("a damaged catalogue, asked", "retrieval Why?", RESTORE, where=damaged),
    Mistake("an address without http", "ingest stats", (CHROMA, "http://"), 2, settings=((CHROMA, "localhost:8000"),)),
    Mistake("no Chroma server there", "ingest reindex", (CHROMA,), where=whole, settings=((CHROMA, CLOSED_PORT),)),
    Mistake("ask without a question", "retrieval", ("--batch",), 2),
    Mistake("a batch file that is not there", "retrieval --batch none.jsonl", ("none.jsonl",), 2),
    Mistake("a batch file that is a directory", "retrieval --batch .", ("cannot be read",), 2),
    Mistake("a token that is none", "bot", (BOT_TOKEN, "@BotFather"), 2, settings=((BOT_TOKEN, "secret"),)),
    Mistake("users that are no ids", "bot", (USERS, "commas"), 2, settings=((USERS, "secret"),)),
)


@pytest.fixture(scope="module")
def catalogue(sample_data_dir: Path) -> Path:
    """A whole catalogue, to be copied."""
    return sample_data_dir / FILE_NAME


@pytest.mark.parametrize("mistake", [pytest.param(mistake, id=mistake.name) for mistake in MISTAKES])
def test_a_mistake_is_one_sentence(data_dir: Path, catalogue: Path, mistake: Mistake) -> None:
    mistake.where(data_dir, catalogue)
    done = run(*mistake.command.split(), data_dir=data_dir, **dict(mistake.settings))
    assert done.returncode == mistake.code, done.stderr
    assert "Traceback" not in done.stderr
    (told,) = (line for line in done.stderr.splitlines() if not _is_beside_the_point(line))
    for word in mistake.words:
        assert word in told
    assert "secret" not in done.stdout + done.stderr


def _is_beside_the_point(line: str) -> bool:
    """Tell whether a line is argparse's usage, the summary of a run, or a word on what takes time."""
    return line.startswith(("usage:", " ", "0 new,", "loading the embedding model", "To answer in Telegram"))


def test_a_model_that_is_not_there_is_one_sentence(
    data_dir: Path, catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole(data_dir, catalogue)
    settings = {"CITEGRAM_EMBEDDING_MODEL": str(data_dir / "none")}
    for main, arguments in ((ingest, ["reindex", "--encode"]), (ask, ["Why?"])):
        assert run_here(main, *arguments, data_dir=data_dir, **settings) == 1
        (told,) = (line for line in capsys.readouterr().err.splitlines() if not _is_beside_the_point(line))
        assert f"The embedding model '{data_dir / 'none'}' cannot be loaded" in told
        assert "CITEGRAM_EMBEDDING_MODEL" in told


def test_a_server_that_is_no_chroma_is_named_and_does_not_hurt_the_catalogue(data_dir: Path, catalogue: Path) -> None:
    whole(data_dir, catalogue)
    with foreign_server(404, b"<html>Not found</html>") as url:
        reindexed = run("ingest", "reindex", data_dir=data_dir, CITEGRAM_CHROMA_URL=url)
        sample = json.loads(run("ingest", "list", "--json", data_dir=data_dir).stdout.splitlines()[0])["id"]
        removed = run("ingest", "remove", sample, data_dir=data_dir, CITEGRAM_CHROMA_URL=url)
    assert reindexed.returncode == 1
    assert reindexed.stderr.startswith("citegram-ingest: No Chroma server answers at CITEGRAM_CHROMA_URL (")
    assert (removed.returncode, removed.stdout) == (1, f"removed {sample}\n")
    assert "`citegram-ingest reindex`" in removed.stderr
    assert sample not in run("ingest", "list", data_dir=data_dir).stdout


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no full disk to write to")
@pytest.mark.parametrize("arguments", [["list"], ["export", "-"]])
def test_output_to_a_full_disk_is_one_sentence(data_dir: Path, catalogue: Path, arguments: list[str]) -> None:
    whole(data_dir, catalogue)
    with Path("/dev/full").open("wb") as full:
        code, errors = _redirected(data_dir, arguments, stdout=full.fileno())
    assert code == 1
    (told,) = errors.splitlines()
    assert told.startswith("citegram-ingest: the output cannot be used (No space left on device)")


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_standard_stream_that_is_closed_ends_nothing(data_dir: Path, catalogue: Path, closed: int) -> None:
    whole(data_dir, catalogue)
    code, errors = _redirected(data_dir, ["list", "--json"], preexec_fn=lambda: os.close(closed))
    assert (code, errors) == (0, "")


def _redirected(data_dir: Path, arguments: list[str], **popen: object) -> tuple[int, str]:
    done = subprocess.run(  # type: ignore[call-overload]
        [sys.executable, "-m", "ingest", *arguments],
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **popen},
        cwd=data_dir,
        env=environment(data_dir),
        check=False,
        text=True,
    )
    return done.returncode, done.stderr

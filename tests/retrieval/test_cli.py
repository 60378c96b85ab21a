"""`citegram-ask`: answers on standard output and nothing else, exit codes, and no traceback for any mistake."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from retrieval.catalog import FILE_NAME, Catalog
from retrieval.catalog_schema import SCHEMA_VERSION
from retrieval.cli import main
from retrieval.encoder import Encoder
from tests.building import BRIDGE, article, put
from tests.contract import check_answer

QUESTION = "Why was Pellworth Bridge closed?"
Capture = pytest.CaptureFixture[bytes]


@pytest.fixture
def samples(command_line: Path, sample_data_dir: Path) -> Path:
    """The settings lead to a catalogue of the sample articles."""
    shutil.copytree(sample_data_dir, command_line)
    return command_line


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def give(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


def answers(output: bytes) -> list[dict[str, Any]]:
    assert output == b"" or output.endswith(b"\n")
    return [json.loads(line) for line in output.decode("utf-8").split("\n")[:-1]]


def one_line(error: bytes) -> str:
    """The only line on standard error, which is not about loading."""
    (line,) = (line for line in error.decode().splitlines() if not line.startswith("loading the embedding model"))
    assert "Traceback" not in line
    return line


# One question


def test_a_question_is_answered_in_plain_words(samples: Path, capsysbinary: Capture) -> None:
    assert main(QUESTION.split()) == 0
    output, error = capsysbinary.readouterr()
    text = output.decode()
    assert text.startswith("[1] ")
    assert "Pellworth" in text
    assert " · " in text
    assert "https://example.org/" in text
    assert error == b"loading the embedding model ...\n"


def test_a_refusal_is_an_answer(samples: Path, capsysbinary: Capture) -> None:
    assert main(["Which chocolate cake did Napoleon bake on Mars?"]) == 0
    assert capsysbinary.readouterr().out.decode().startswith("The articles do not say.")


@pytest.mark.parametrize(
    "arguments",
    [["--json", QUESTION], [QUESTION, "--json"], ["Why", "was", "--json", "Pellworth", "Bridge", "closed?"]],
)
def test_json(samples: Path, encoder: Encoder, capsysbinary: Capture, arguments: list[str]) -> None:
    assert main(arguments) == 0
    (answer,) = answers(capsysbinary.readouterr().out)
    with closing(Catalog.in_directory(samples)) as catalog:
        check_answer(answer, catalog, encoder.count_pieces)
    assert answer["status"] == "answered"
    assert answer["question"] == QUESTION
    assert answer["id"] is None


def test_a_question_that_begins_with_a_dash(command_line: Path, capsysbinary: Capture) -> None:
    assert main(["--json", "--", "-5", "degrees,", "where?"]) == 0
    (answer,) = answers(capsysbinary.readouterr().out)
    assert answer["question"] == "-5 degrees, where?"


def test_an_empty_catalogue_is_told_how_to_fill_without_loading_anything(
    command_line: Path, capsysbinary: Capture
) -> None:
    assert main([QUESTION]) == 0
    output, error = capsysbinary.readouterr()
    assert str(command_line) in output.decode()
    assert b"citegram-ingest PATH" in output
    assert error == b""


def test_a_question_of_bytes_that_are_not_text(samples: Path, capsysbinary: Capture) -> None:
    assert main([os.fsdecode(b"Why was Pellworth \xff Bridge closed?"), "--json"]) == 0
    (answer,) = answers(capsysbinary.readouterr().out)
    assert answer["question"] == "Why was Pellworth \ufffd Bridge closed?"


# Batches


def test_a_batch_is_answered_line_by_line_in_order(
    samples: Path, encoder: Encoder, tmp_path: Path, capsysbinary: Capture
) -> None:
    batch = tmp_path / "questions.jsonl"
    lines = [
        {"id": "b", "question": QUESTION},
        {"id": 1, "question": "Which chocolate cake did Napoleon bake on Mars?", "asked_on": "2026-03-01"},
        {"id": None, "question": "Hello!"},
        {
            "question": "And why?",
            "history": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "…"}],
        },
    ]
    batch.write_text("\ufeff" + "\n\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert main(["--batch", str(batch)]) == 0
    found = answers(capsysbinary.readouterr().out)
    assert [answer["id"] for answer in found] == ["b", 1, None, None]
    assert [answer["status"] for answer in found[:3]] == ["answered", "not_found", "chat"]
    with closing(Catalog.in_directory(samples)) as catalog:
        for answer in found:
            check_answer(answer, catalog, encoder.count_pieces)


def test_bad_lines_are_errors_in_their_place(
    samples: Path, encoder: Encoder, stdin: Callable[[bytes], None], capsysbinary: Capture
) -> None:
    stdin(
        b'{"id": 1, "question": "Hello"}\nnonsense\n{"id": 3}\n\xff\xfe\n[]\n'
        b'{"id": 6, "question": "x", "asked_on": "soon"}\n{"id": "\\ud800", "question": "Hello \\ud800"}\n'
        b'{"id": 8, "question": "Thanks"}'
    )
    assert main(["--batch", "-", "--json"]) == 1
    found = answers(capsysbinary.readouterr().out)
    assert [answer["status"] for answer in found] == ["chat", *["error"] * 5, "chat", "chat"]
    assert [answer["id"] for answer in found] == [1, None, 3, None, None, 6, "\ud800", 8]
    with closing(Catalog.in_directory(samples)) as catalog:
        for answer in found:
            check_answer(answer, catalog, encoder.count_pieces)


def test_an_empty_batch_has_no_answers(
    command_line: Path, stdin: Callable[[bytes], None], capsysbinary: Capture
) -> None:
    stdin(b"\n  \n")
    assert main(["--batch", "-"]) == 0
    assert capsysbinary.readouterr().out == b""


def test_a_batch_of_an_empty_catalogue(
    command_line: Path, stdin: Callable[[bytes], None], capsysbinary: Capture
) -> None:
    stdin(b'{"id": 1, "question": "Why?"}\n{"id": 2, "question": "Who?"}\n')
    assert main(["--batch", "-"]) == 0
    found = answers(capsysbinary.readouterr().out)
    assert [(answer["id"], answer["status"]) for answer in found] == [(1, "not_found"), (2, "not_found")]


class Gone(io.RawIOBase):
    """Standard output whose reader has left."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        raise BrokenPipeError

    def fileno(self) -> int:
        return os.dup(1)


@pytest.mark.parametrize("arguments", [["Hello"], ["--batch", "FILE"]])
def test_a_reader_who_has_left_is_no_error_worth_a_line(
    command_line: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: Capture,
    arguments: list[str],
) -> None:
    batch = tmp_path / "batch"
    batch.write_bytes(b'{"question": "Hello"}\n')
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(Gone())))
    assert main([str(batch) if word == "FILE" else word for word in arguments]) == 1
    assert capsysbinary.readouterr().err == b""
    monkeypatch.undo()


# Mistakes


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param([""], id="empty question"),
        pytest.param([" ", " "], id="blank question"),
        pytest.param(["--json"], id="no question"),
        pytest.param(["--batch", "x", "Why?"], id="batch and question"),
        pytest.param(["--batch"], id="batch of nothing"),
        pytest.param(["--unheard-of", "Why?"], id="unknown option"),
    ],
)
def test_wrong_usage(command_line: Path, capsysbinary: Capture, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    output, error = capsysbinary.readouterr()
    assert output == b""
    assert error.startswith(b"usage: citegram-ask")
    assert not command_line.exists(), "wrong usage makes no catalogue"


@pytest.mark.parametrize("batch", ["missing.jsonl", ".", "/dev/null/x"])
def test_a_batch_that_cannot_be_read(command_line: Path, capsysbinary: Capture, batch: str) -> None:
    assert main(["--batch", batch]) == 2
    output, error = capsysbinary.readouterr()
    assert output == b""
    assert one_line(error).startswith(f"citegram-ask: {batch} cannot be read (")


def test_a_wrong_setting(command_line: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: Capture) -> None:
    monkeypatch.setenv("CITEGRAM_CHROMA_URL", "nowhere")
    assert main([QUESTION]) == 2
    output, error = capsysbinary.readouterr()
    assert output == b""
    assert one_line(error).startswith("citegram-ask: CITEGRAM_CHROMA_URL is not an address")


def test_a_catalogue_made_with_another_model(command_line: Path, capsysbinary: Capture) -> None:
    with closing(Catalog.in_directory(command_line)) as catalog:
        put(catalog, article("a", BRIDGE))
    assert main(["--json", QUESTION]) == 1
    output, error = capsysbinary.readouterr()
    assert output == b""
    assert one_line(error) == (
        "citegram-ask: The catalogue was made with the embedding model cheap, and all-MiniLM-L6-v2 is set; run "
        "`citegram-ingest reindex --encode`, or set CITEGRAM_EMBEDDING_MODEL back."
    )


def test_a_model_that_is_nowhere(samples: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: Capture) -> None:
    monkeypatch.setenv("CITEGRAM_EMBEDDING_MODEL", "/no/such/model")
    assert main([QUESTION]) == 1
    output, error = capsysbinary.readouterr()
    assert output == b""
    assert one_line(error).startswith("citegram-ask: The embedding model '/no/such/model' cannot be loaded (")


def test_a_catalogue_of_a_newer_citegram(command_line: Path, capsysbinary: Capture) -> None:
    Catalog.in_directory(command_line).close()
    with closing(sqlite3.connect(command_line / FILE_NAME)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    assert main([QUESTION]) == 1
    assert "was made by a newer Citegram" in one_line(capsysbinary.readouterr().err)


def test_a_chroma_server_that_is_not_there_costs_no_answer(
    samples: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: Capture
) -> None:
    monkeypatch.setenv("CITEGRAM_CHROMA_URL", "http://127.0.0.1:9")
    assert main(["--json", QUESTION]) == 0
    assert answers(capsysbinary.readouterr().out)[0]["status"] == "answered"


# As a process


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom retrieval.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'chromadb', 'langchain_core', 'sentence_transformers', 'numpy', 'pydantic', 'sqlite3'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "--batch FILE" in done.stdout
    assert done.stderr == "[]\n"


@pytest.fixture
def batch_process(data_dir: Path, sample_data_dir: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m retrieval --batch -` with its own Chroma server, as an operator's other program starts it."""
    shutil.copytree(sample_data_dir, data_dir)
    with subprocess.Popen(
        [sys.executable, "-m", "retrieval", "--batch", "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


def children_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


def test_each_answer_is_there_before_the_next_question_is_sent(batch_process: subprocess.Popen[bytes]) -> None:
    stdin, stdout, stderr = batch_process.stdin, batch_process.stdout, batch_process.stderr
    assert stdin is not None
    assert stdout is not None
    assert stderr is not None
    for n in range(5):
        stdin.write(json.dumps({"id": n, "question": f"{QUESTION} {n}"}).encode() + b"\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        assert (answer["id"], answer["status"]) == (n, "answered")
    servers = children_of(batch_process)
    stdin.close()
    assert batch_process.wait(20) == 0
    assert stdout.read() == b""
    assert stderr.read() == b"loading the embedding model ...\n"
    assert [server for server in servers if server.is_running()] == []


def test_ctrl_c_while_it_waits_for_a_question(data_dir: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "retrieval", "--batch", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"question": "Hello"}\n')
        process.stdin.flush()
        process.stdout.readline()
        ended_by(signal.SIGINT, process)


def ended_by(number: signal.Signals, process: subprocess.Popen[bytes]) -> None:
    started = time.monotonic()
    process.send_signal(number)
    assert process.wait(20) == 128 + number
    assert time.monotonic() - started < 5
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()

"""The command line of `python -m bot`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.running import clean_environment


def bot(cwd: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot", *arguments],
        cwd=cwd,
        env={**clean_environment(), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what the program itself wrote to standard error."""
    return [line for line in done.stderr.splitlines() if not line.startswith("import time:")]


def test_help_loads_nothing_that_takes_time(tmp_path: Path) -> None:
    done = bot(tmp_path, "--help")
    assert done.returncode == 0
    assert "--console" in done.stdout
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "bot.__main__" not in loaded  # it is what runs
    assert "argparse" in loaded
    assert loaded.isdisjoint({"telegram", "pydantic", "asyncio", "numpy", "torch", "chromadb", "retrieval.bootstrap"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("CITEGRAM_ALLOWED_USERS", "@ada", id="a name for an id"),
        pytest.param("TELEGRAM_API_URL", "127.0.0.1:8081", id="an address without http"),
        pytest.param("CITEGRAM_DATA_DIR", "/dev/null/data", id="a directory below a file"),
    ],
)
def test_a_wrong_setting_is_one_sentence_with_an_example(tmp_path: Path, name: str, value: str) -> None:
    done = bot(tmp_path, **{name: value})
    assert done.returncode == 2
    (sentence,) = said(done)
    assert sentence.startswith(f"{name} ")
    assert f"a valid example: {name}=" in sentence


def test_an_unknown_argument_is_a_usage_error(tmp_path: Path) -> None:
    done = bot(tmp_path, "--telegram")
    assert done.returncode == 2
    assert "usage: citegram-bot" in done.stderr

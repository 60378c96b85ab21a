"""A second bot on the same data or with the same token does not start, and says why."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.transport.instance import only_instance
from retrieval.errors import CitegramError
from tests.bot.running import ROOT

TOKEN, OTHER_TOKEN = "123456:AAE-the-one-secret-of-this-bot", "123456:AAE-another-secret"

HOLDER = """
import sys, time
from pathlib import Path
from bot.transport.instance import only_instance
with only_instance(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the locks of tokens apart from those of bots that really run on this machine."""
    directory = tmp_path / "tmp"
    directory.mkdir()
    monkeypatch.setenv("TMPDIR", str(directory))
    monkeypatch.setattr("tempfile.tempdir", None)
    return directory


@contextmanager
def running(data_dir: Path, token: str) -> Iterator[subprocess.Popen[str]]:
    """Run another process that holds both locks."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data_dir), token], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def test_a_second_bot_on_the_same_data_is_refused_with_a_word_on_the_first(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with (
        running(data, TOKEN) as first,
        pytest.raises(CitegramError) as refused,
        only_instance(data, OTHER_TOKEN),
    ):
        pass
    assert re.fullmatch(
        rf"Another bot is running on {re.escape(str(data))} since \d{{4}}-\S+, process {first.pid}: "
        r"stop it first, or set another CITEGRAM_DATA_DIR\.",
        str(refused.value),
    )


def test_a_second_bot_with_the_same_token_is_refused_with_a_word_on_the_first(tmp_path: Path) -> None:
    with (
        running(tmp_path / "data", TOKEN) as first,
        pytest.raises(CitegramError) as refused,
        only_instance(tmp_path / "other", TOKEN),
    ):
        pass
    assert str(refused.value).startswith("Another bot is running with this TELEGRAM_BOT_TOKEN since ")
    assert f"process {first.pid}: stop it first" in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_the_one_that_was_refused_keeps_nothing_locked(tmp_path: Path) -> None:
    with running(tmp_path / "data", TOKEN), pytest.raises(CitegramError), only_instance(tmp_path / "other", TOKEN):
        pass
    with only_instance(tmp_path / "other", OTHER_TOKEN):
        pass


def test_different_data_and_tokens_go_side_by_side(tmp_path: Path) -> None:
    with running(tmp_path / "data", TOKEN), only_instance(tmp_path / "other", OTHER_TOKEN):
        pass


def test_a_killed_bot_leaves_nothing_locked(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, TOKEN) as first:
        first.send_signal(signal.SIGKILL)
        first.wait()
        with only_instance(data, TOKEN):
            pass


def test_a_bot_can_be_started_again_and_again(tmp_path: Path) -> None:
    for _ in range(3):
        with only_instance(tmp_path / "data", TOKEN):
            pass


def test_an_error_while_running_frees_the_locks(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mine"), only_instance(tmp_path / "data", TOKEN):
        raise ValueError("mine")
    with only_instance(tmp_path / "data", TOKEN):
        pass


def test_no_file_holds_or_is_named_by_the_token(tmp_path: Path) -> None:
    with only_instance(tmp_path / "data", TOKEN):
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(files) == 4
        secret = TOKEN.partition(":")[2]
        assert all(secret not in path.name and secret not in path.read_text() for path in files)


def test_the_directory_of_the_tokens_locks_is_the_users_own(temporary: Path, tmp_path: Path) -> None:
    directory = temporary / f"citegram-{os.getuid()}"
    directory.mkdir(mode=0o777)
    directory.chmod(0o777)
    with only_instance(tmp_path / "data", TOKEN):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_link_in_its_place_is_not_followed(temporary: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (temporary / f"citegram-{os.getuid()}").symlink_to(elsewhere)
    with pytest.raises(CitegramError, match="belongs to somebody else"), only_instance(tmp_path / "data", TOKEN):
        pass
    assert list(elsewhere.iterdir()) == []


def test_a_data_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(CitegramError, match="check CITEGRAM_DATA_DIR"),
        only_instance(tmp_path / "file" / "data", TOKEN),
    ):
        pass

"""The local Chroma server: found, started, taken over, stopped, and never left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from retrieval.chroma_http import COMPLETE, find_collection
from retrieval.chroma_process import runs, servers_of
from retrieval.chroma_server import LocalChroma, RemoteChroma
from retrieval.errors import IndexUnavailable
from tests.retrieval.chroma_doubles import NAME, Neighbour, foreign_server, servers_below, wait_until


@pytest.fixture(autouse=True)
def nothing_left_running(tmp_path: Path) -> Iterator[None]:
    yield
    left = servers_below(tmp_path)
    for process in left:
        process.kill()
    assert left == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalChroma]:
    server = LocalChroma(tmp_path, NAME)
    yield server
    server.close()


def the_server_of(data_dir: Path) -> psutil.Process:
    (process,) = servers_of(data_dir)
    return process


def collection(url: str) -> dict[str, Any]:
    found = find_collection(url, NAME, 5.0)
    assert found is not None
    return found


def test_importing_takes_no_chromadb() -> None:
    program = "import sys, retrieval.chroma_server; sys.exit('chromadb' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


class TestStarting:
    def test_the_collection_answers_and_compares_by_cosine_with_a_wide_search(self, server: LocalChroma) -> None:
        made = collection(server.find_or_start())
        settings = made["configuration_json"]["hnsw"]
        assert (settings["space"], settings["ef_search"]) == ("cosine", 800)
        assert made["metadata"] == {COMPLETE: False}

    def test_it_is_cut_off_from_the_process_that_started_it(
        self, server: LocalChroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456789:secret")
        monkeypatch.setenv("CHROMA_PORT", "1")
        monkeypatch.setenv("CHROMA_PERSIST_PATH", str(tmp_path / "elsewhere"))
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
        with (tmp_path / "open").open("w") as file:
            os.set_inheritable(file.fileno(), True)
            server.find_or_start()
            process = the_server_of(tmp_path)
            opened = {Path(path) for path in (f"/proc/{process.pid}/fd/{n}" for n in range(50)) if os.path.exists(path)}
        environment = process.environ()
        assert not [name for name in environment if name.startswith(("CHROMA", "OTEL_EXPORTER", "TELEGRAM"))]
        assert environment["RUST_LOG"] == "error"
        assert os.getsid(process.pid) == process.pid
        assert process.cwd() == str(tmp_path)
        targets = {os.readlink(path) for path in opened if path.exists()}
        assert not targets & {str(tmp_path / "open"), str(tmp_path / "chroma.lock")}
        assert os.readlink(f"/proc/{process.pid}/fd/0") == os.devnull
        assert os.readlink(f"/proc/{process.pid}/fd/1") == str(tmp_path / "chroma.log")

    def test_a_port_that_is_taken_is_passed_over(self, tmp_path: Path) -> None:
        with socket.socket() as taken, foreign_server(404, b'{"error": "NotFoundError"}') as foreign:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            ports = iter([taken.getsockname()[1], int(foreign.rpartition(":")[2])])
            picked: list[int] = []

            def pick() -> int:
                picked.append(next(ports, 0) or _free_port())
                return picked[-1]

            server = LocalChroma(tmp_path, NAME, pick_port=pick)
            try:
                url = server.find_or_start()
                assert len(picked) == 3
                assert url.endswith(str(picked[-1]))
                collection(url)
            finally:
                server.close()

    def test_no_port_at_all_is_one_sentence(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            server = LocalChroma(tmp_path, NAME, pick_port=lambda: int(taken.getsockname()[1]))
            with pytest.raises(IndexUnavailable, match="no free port"):
                server.find_or_start()
            server.close()

    def test_a_data_directory_that_cannot_be_made_is_one_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(IndexUnavailable, match="cannot be started"):
            LocalChroma(tmp_path / "file" / "data", NAME).find_or_start()

    def test_proxies_of_the_environment_are_not_used(
        self, server: LocalChroma, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        collection(server.find_or_start())

    def test_a_long_log_is_cut(self, server: LocalChroma, tmp_path: Path) -> None:
        log = tmp_path / "chroma.log"
        log.write_bytes(b"x" * 1_500_000)
        server.find_or_start()
        assert log.stat().st_size < 100_000
        with log.open("ab") as file:
            file.write(b"x" * 1_500_000)
        assert server.damage() is None
        assert log.stat().st_size == 0

    def test_threads_that_ask_at_once_get_one_server(self, server: LocalChroma, tmp_path: Path) -> None:
        urls: list[str] = []
        threads = [threading.Thread(target=lambda: urls.append(server.find_or_start())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(urls) == 8
        assert len(set(urls)) == 1
        the_server_of(tmp_path)


class TestClosing:
    def test_it_stops_the_server_and_takes_back_the_address(self, server: LocalChroma, tmp_path: Path) -> None:
        server.find_or_start()
        server.close()
        server.close()
        assert list(servers_of(tmp_path)) == []
        assert not (tmp_path / "chroma.json").exists()

    def test_without_use_it_leaves_no_trace(self, tmp_path: Path) -> None:
        LocalChroma(tmp_path / "data", NAME).close()
        assert list(tmp_path.iterdir()) == []

    def test_nothing_starts_after_it(self, server: LocalChroma) -> None:
        server.find_or_start()
        server.close()
        with pytest.raises(IndexUnavailable, match="closed"):
            server.find_or_start()

    def test_it_ends_a_start_in_another_thread(self, tmp_path: Path) -> None:
        server = LocalChroma(tmp_path, NAME)
        seen: list[str] = []

        def find() -> None:
            try:
                seen.append(server.find_or_start())
            except IndexUnavailable as error:
                seen.append(str(error))

        thread = threading.Thread(target=find)
        thread.start()
        while not (tmp_path / "chroma.lock").exists():
            time.sleep(0.001)
        server.close()
        thread.join()
        assert len(seen) == 1
        assert servers_below(tmp_path) == []

    def test_it_stops_the_server_also_when_the_data_directory_is_gone(self, tmp_path: Path) -> None:
        server = LocalChroma(tmp_path / "data", NAME)
        server.find_or_start()
        shutil.rmtree(tmp_path / "data")
        server.close()

    def test_a_server_that_does_not_heed_sigterm_is_killed(self, tmp_path: Path) -> None:
        server = LocalChroma(tmp_path, NAME, stop_seconds=0.2)
        server.find_or_start()
        the_server_of(tmp_path).suspend()
        server.close()
        assert list(servers_of(tmp_path)) == []


class TestSharing:
    def test_another_process_uses_it_and_leaves_it_running(self, server: LocalChroma, tmp_path: Path) -> None:
        url = server.find_or_start()
        with Neighbour(tmp_path) as neighbour:
            assert neighbour.find() == url
            neighbour.close()
        the_server_of(tmp_path)

    def test_the_other_starts_its_own_when_the_owner_has_closed(self, server: LocalChroma, tmp_path: Path) -> None:
        with Neighbour(tmp_path) as neighbour:
            assert neighbour.find() == server.find_or_start()
            neighbour.close()
            assert server.damage() == "The vector index's server is no longer the one recorded."
            server.lost()
            collection(server.find_or_start())

    def test_processes_that_start_at_once_get_one_server_and_leave_none(self, tmp_path: Path) -> None:
        neighbours = [Neighbour(tmp_path).__enter__() for _ in range(5)]
        try:
            for neighbour in neighbours:
                neighbour.tell("find")
            assert len({neighbour.read() for neighbour in neighbours}) == 1
            the_server_of(tmp_path)
            for neighbour in neighbours:
                neighbour.close()
            assert servers_below(tmp_path) == []
        finally:
            for neighbour in neighbours:
                neighbour.kill()

    def test_an_orphan_is_taken_over_and_stopped_by_the_next(self, server: LocalChroma, tmp_path: Path) -> None:
        with Neighbour(tmp_path) as owner:
            url = owner.find()
        orphan = the_server_of(tmp_path)
        assert server.find_or_start() == url
        server.close()
        assert not runs(orphan)

    def test_whoever_used_it_before_its_owner_died_stops_it(self, server: LocalChroma, tmp_path: Path) -> None:
        with Neighbour(tmp_path) as owner:
            assert owner.find() == server.find_or_start()
        server.close()
        assert servers_below(tmp_path) == []


class TestLosingIt:
    def test_a_killed_server_is_replaced_and_its_index_not_trusted(self, server: LocalChroma, tmp_path: Path) -> None:
        url = server.find_or_start()
        mark_complete(url)
        the_server_of(tmp_path).kill()
        wait_until(lambda: server.damage() == "The vector index's server has ended.")
        server.lost()
        assert collection(server.find_or_start())["metadata"] == {COMPLETE: False}

    def test_the_index_of_a_server_that_ended_in_order_is_trusted(self, server: LocalChroma, tmp_path: Path) -> None:
        mark_complete(server.find_or_start())
        server.close()
        again = LocalChroma(tmp_path, NAME)
        try:
            assert collection(again.find_or_start())["metadata"] == {COMPLETE: True}
        finally:
            again.close()

    def test_a_server_that_hangs_is_replaced(self, tmp_path: Path) -> None:
        server = LocalChroma(tmp_path, NAME, answer_seconds=0.5, stop_seconds=0.3)
        server.find_or_start()
        hanging = the_server_of(tmp_path)
        hanging.suspend()
        server.lost()
        try:
            collection(server.find_or_start())
            assert not runs(hanging)
        finally:
            server.close()

    def test_a_directory_deleted_under_it_is_seen_and_made_anew(self, server: LocalChroma, tmp_path: Path) -> None:
        mark_complete(server.find_or_start())
        shutil.rmtree(tmp_path / "chroma")
        assert server.damage() == "The vector index's files were removed or replaced."
        server.lost()
        assert collection(server.find_or_start())["metadata"] == {COMPLETE: False}
        assert server.damage() is None
        the_server_of(tmp_path)

    def test_a_wipe_leaves_an_empty_collection(self, server: LocalChroma, tmp_path: Path) -> None:
        before = collection(server.find_or_start())
        (tmp_path / "chroma" / "more").mkdir()
        after = collection(server.restart(wipe=True))
        assert after["id"] != before["id"]
        assert [path.name for path in (tmp_path / "chroma").iterdir()] == ["chroma.sqlite3"]

    def test_a_restart_alone_keeps_what_is_there(self, server: LocalChroma) -> None:
        before = collection(server.find_or_start())
        assert collection(server.restart())["id"] == before["id"]

    def test_a_wipe_clears_a_directory_that_is_a_link(self, tmp_path: Path) -> None:
        data_dir, disk = tmp_path / "data", tmp_path / "disk"
        data_dir.mkdir()
        disk.mkdir()
        (data_dir / "chroma").symlink_to(disk)
        server = LocalChroma(data_dir, NAME)
        try:
            server.find_or_start()
            server.restart(wipe=True)
            assert (data_dir / "chroma").is_symlink()
            assert (disk / "chroma.sqlite3").exists()
        finally:
            server.close()


def garbage(record: dict[str, Any]) -> bytes:
    return b"\x00\xff garbage"


def nothing(record: dict[str, Any]) -> bytes:
    return b""


def another_shape(record: dict[str, Any]) -> bytes:
    return json.dumps([record, {"url": 5}]).encode()


def a_pid_used_again(record: dict[str, Any]) -> bytes:
    return json.dumps({**record, "server": {"pid": os.getpid(), "created": 1.0}}).encode()


def an_innocent_process(record: dict[str, Any]) -> bytes:
    this = {"pid": os.getpid(), "created": psutil.Process().create_time()}
    return json.dumps({**record, "server": this, "owner": this}).encode()


def an_impossible_pid(record: dict[str, Any]) -> bytes:
    return json.dumps({**record, "server": {"pid": -(2**70), "created": 1e999}}).encode()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(garbage, id="garbage"),
        pytest.param(nothing, id="empty"),
        pytest.param(another_shape, id="JSON of another shape"),
        pytest.param(a_pid_used_again, id="the process id is another process's by now"),
        pytest.param(an_innocent_process, id="names a process that is no server"),
        pytest.param(an_impossible_pid, id="a process id that cannot be"),
    ],
)
def test_a_spoiled_address_file_leads_to_one_server_with_the_collection(
    spoil: Callable[[dict[str, Any]], bytes], server: LocalChroma, tmp_path: Path
) -> None:
    server.find_or_start()
    address = tmp_path / "chroma.json"
    address.write_bytes(spoil(json.loads(address.read_bytes())))
    assert server.damage() is not None
    server.lost()
    collection(server.find_or_start())
    the_server_of(tmp_path)


def test_a_foreign_server_on_the_recorded_port_is_not_used(server: LocalChroma, tmp_path: Path) -> None:
    body = json.dumps({"name": NAME, "id": "0", "metadata": {COMPLETE: True}}).encode()
    server.find_or_start()
    with foreign_server(200, body) as foreign:
        address = tmp_path / "chroma.json"
        address.write_text(json.dumps({**json.loads(address.read_bytes()), "url": foreign}))
        server.lost()
        assert server.find_or_start() != foreign
        the_server_of(tmp_path)


def gone(store: Path) -> None:
    shutil.rmtree(store)


def without_database(store: Path) -> None:
    (store / "chroma.sqlite3").unlink()


def database_cut(store: Path) -> None:
    os.truncate(store / "chroma.sqlite3", (store / "chroma.sqlite3").stat().st_size // 2)


def database_garbage(store: Path) -> None:
    (store / "chroma.sqlite3").write_bytes(b"garbage" * 1000)


def of_another_catalogue(store: Path) -> None:
    gone(store)
    other = LocalChroma(store.parent, "citegram-another")
    other.find_or_start()
    other.close()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(gone, id="gone"),
        pytest.param(without_database, id="its database is gone"),
        pytest.param(database_cut, id="its database is cut"),
        pytest.param(database_garbage, id="its database is garbage"),
        pytest.param(of_another_catalogue, id="it is another catalogue's"),
    ],
)
def test_a_spoiled_directory_is_made_anew_and_not_trusted(
    spoil: Callable[[Path], None], server: LocalChroma, tmp_path: Path
) -> None:
    before = LocalChroma(tmp_path, NAME)
    mark_complete(before.find_or_start())
    before.close()
    (tmp_path / "chroma" / "left-over").mkdir()
    spoil(tmp_path / "chroma")
    assert collection(server.find_or_start())["metadata"] == {COMPLETE: False}
    assert not (tmp_path / "chroma" / "left-over").exists()
    the_server_of(tmp_path)


class TestRemote:
    def test_it_makes_the_collection_and_never_stops_the_server(self, server: LocalChroma, tmp_path: Path) -> None:
        url = server.find_or_start()
        remote = RemoteChroma(url + "/", "citegram-remote", tmp_path)
        assert remote.find_or_start() == url
        first = find_collection(url, "citegram-remote", 5.0)
        assert first is not None
        assert remote.restart() == url
        assert find_collection(url, "citegram-remote", 5.0) == first
        remote.restart(wipe=True)
        second = find_collection(url, "citegram-remote", 5.0)
        assert second is not None
        assert second["id"] != first["id"]
        remote.lost()
        assert remote.damage() is None
        remote.close()
        the_server_of(tmp_path)

    @pytest.mark.parametrize(
        ("status", "body", "hang"),
        [
            pytest.param(404, b"<html>not here</html>", False, id="a web server"),
            pytest.param(200, b'{"name": "another", "id": "1"}', False, id="another collection"),
            pytest.param(200, b"[" * 100_000, False, id="JSON without end"),
            pytest.param(302, b"{}", False, id="a redirect"),
            pytest.param(500, b"{}", False, id="an error"),
            pytest.param(200, b"", True, id="silence"),
        ],
    )
    def test_what_is_no_chroma_server_is_one_sentence_in_time(
        self, status: int, body: bytes, hang: bool, tmp_path: Path
    ) -> None:
        with foreign_server(status, body, hang=hang) as url:
            remote = RemoteChroma(url, NAME, tmp_path, answer_seconds=0.3)
            started = time.monotonic()
            with pytest.raises(IndexUnavailable, match="CITEGRAM_CHROMA_URL"):
                remote.find_or_start()
            with pytest.raises(IndexUnavailable, match="CITEGRAM_CHROMA_URL"):
                remote.restart(wipe=True)
            assert time.monotonic() - started < 2


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mark_complete(url: str) -> None:
    import http.client

    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    path = "/api/v2/tenants/default_tenant/databases/default_database/collections/" + collection(url)["id"]
    connection.request(
        "PUT", path, json.dumps({"new_metadata": {COMPLETE: True}}), {"Content-Type": "application/json"}
    )
    assert connection.getresponse().status == 200
    connection.close()


def test_a_process_that_sigterm_ends_leaves_an_orphan_for_the_next(server: LocalChroma, tmp_path: Path) -> None:
    with Neighbour(tmp_path) as owner:
        url = owner.find()
        owner.process.send_signal(signal.SIGTERM)
        owner.process.wait()
        assert server.find_or_start() == url

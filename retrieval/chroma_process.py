"""The Chroma server as a process: how one is launched, known again and ended."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from retrieval.errors import IndexUnavailable

# What the `chroma` script does, less its import of the whole of chromadb: ready in 0.1 s instead of 1.5 s.
_PROGRAM = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(sys.argv)"
# All that the server gets of the environment: Chroma and OpenTelemetry take settings from it, and it may hold secrets.
_ENVIRONMENT = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME",
)  # fmt: skip
_QUIET = {"RUST_LOG": "error", "ANONYMIZED_TELEMETRY": "False", "OTEL_SDK_DISABLED": "true"}
# The operating system gives a process's start in ticks since a boot time that moves a little when the clock is set.
_CLOCK_SECONDS = 1.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process: its id together with its start in seconds since 1970, as ids are used again."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """Identify a running process."""
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """Return the process while it runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < _CLOCK_SECONDS
        except (psutil.Error, ValueError, OverflowError):
            return None
        return process if same and runs(process) else None


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """The address file: where the server is, which process it is, and which process will stop it."""

    url: str
    server: ProcessIdentity
    owner: ProcessIdentity
    store: tuple[int, int]
    """Device and inode of the server's database: another file under that name is not the one it has open."""

    @classmethod
    def read(cls, path: Path) -> ServerRecord | None:
        """Return what the file says, None when there is no file or it says nothing that can be understood."""
        try:
            fields = json.loads(path.read_bytes())
            device, inode = fields["store"]
            return cls(
                url=str(fields["url"]),
                server=ProcessIdentity(int(fields["server"]["pid"]), float(fields["server"]["created"])),
                owner=ProcessIdentity(int(fields["owner"]["pid"]), float(fields["owner"]["created"])),
                store=(int(device), int(inode)),
            )
        except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None

    def write(self, path: Path) -> None:
        """Replace the file in one step, so that a reader sees the old record or the new one."""
        draft = path.with_name(path.name + ".new")
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(path)


def server_url(port: int) -> str:
    """Return the base URL of a server on this machine."""
    return f"http://127.0.0.1:{port}"


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(data_dir: Path, store: Path, log: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a server on `store`, in a session of its own, that works in `data_dir` and prints to the end of `log`."""
    arguments = ["run", "--path", str(store), "--host", "127.0.0.1", "--port", str(port)]
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=data_dir,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _QUIET,
            start_new_session=True,
        )


def servers_of(data_dir: Path) -> Iterator[psutil.Process]:
    """Yield the running servers of a data directory."""
    return (process for process in psutil.process_iter() if is_server_of(process, data_dir))


def is_server_of(process: psutil.Process, data_dir: Path) -> bool:
    """Return whether a process is a running server of a data directory, wherever that has been moved to."""
    try:
        command = process.cmdline()
        if _PROGRAM not in command or not runs(process):
            return False
        try:
            return os.path.samefile(process.cwd(), data_dir)
        except psutil.AccessDenied:  # another user's: its command line is all there is to see
            return any(Path(argument).parent == data_dir for argument in command)
    except (psutil.Error, OSError):
        return False


def url_of(process: psutil.Process) -> str | None:
    """Return the base URL that a server was told to serve, None when it has ended."""
    try:
        return server_url(int(process.cmdline()[-1]))
    except (psutil.Error, ValueError, IndexError):
        return None


def listens(pid: int, port: int) -> bool:
    """Return whether that very process listens: on a port that was taken in between, another server would answer."""
    try:
        connections = psutil.Process(pid).net_connections("tcp4")
    except psutil.Error:
        return False
    return any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in connections)


def runs(process: psutil.Process) -> bool:
    """Return whether a process runs; one that has ended and of which its parent takes no note does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def stop(process: psutil.Process, seconds: float) -> bool:
    """End a process and return whether it ended in order, by SIGTERM, within `seconds`.

    Raises:
        IndexUnavailable: it did not even end by SIGKILL.
    """
    try:
        process.terminate()
        if _ends(process, seconds):
            return True
        process.kill()
    except psutil.NoSuchProcess:
        return True
    if not _ends(process, seconds):
        raise IndexUnavailable(f"The vector index's server, process {process.pid}, cannot be stopped; end it by hand.")
    return False


def _ends(process: psutil.Process, seconds: float) -> bool:
    # psutil's own wait() would wait for a zombie until its parent, maybe another process of ours, takes note of it.
    deadline = time.monotonic() + seconds
    while runs(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True

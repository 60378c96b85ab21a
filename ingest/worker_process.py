"""The child process of a worker: takes documents from standard input, answers with their articles, keeps its limits."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import IO, Any

from ingest.documents.part import Part
from ingest.documents.readers import reader_of
from retrieval.errors import ArticleError

if sys.platform != "win32":
    import resource


def serve(seconds: int, memory: int, tired: int) -> None:
    """Answer each document until standard input ends.

    The first message says that it is ready. A request is `KIND SIZE`, a line feed and the bytes; each message of the
    answer is its size in 12 digits and JSON: an article, or the end with the reason why there is none (empty when there
    is) and whether the process ends with it.
    """
    for stop in (signal.SIGINT, signal.SIGTERM):  # they are for the parent, with which standard input ends
        signal.signal(stop, signal.SIG_IGN)
    _limit(memory)
    requests, answers = sys.stdin.buffer, _answers()
    _send(answers, {"ready": True})
    answers.flush()
    while head := requests.readline():
        kind, size = head.split()
        _allow(seconds)
        reason, last = _answer(answers, kind.decode(), requests.read(int(size)))
        last = last or _resident() > tired
        _send(answers, {"end": reason, "last": last})
        answers.flush()
        if last:
            return


def _answer(answers: IO[bytes], kind: str, data: bytes) -> tuple[str, bool]:
    """Send the articles of a document; return why there are none, and whether this process is spent."""
    try:
        for part in reader_of(kind)(data):
            _send(answers, _as_message(part))
    except ArticleError as error:
        return str(error), False
    except MemoryError:
        return "takes more memory to read than it may; split it", True
    except ImportError as error:
        return f"needs the package {error.name}, which is not installed; install Citegram's requirements anew", True
    except Exception as error:  # noqa: BLE001 - whatever a parser raises on a damaged file is that file's failure
        return f"cannot be read ({type(error).__name__}), so it is probably damaged; save it anew", True
    return "", False


def _as_message(part: Part) -> dict[str, Any]:
    found = part.found
    return {
        "name": part.name, "text": found.text, "fields": dict(found.fields), "metadata": dict(found.metadata),
        "notices": list(found.notices), "problem": part.problem,
    }  # fmt: skip


def _send(answers: IO[bytes], message: dict[str, Any]) -> None:
    data = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    answers.write(b"%12d" % len(data))
    answers.write(data)


def _answers() -> IO[bytes]:
    """Take standard output for the answers alone: what a library prints goes nowhere."""
    stream = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return stream


def _limit(memory: int) -> None:
    if sys.platform != "win32":
        for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
            try:
                resource.setrlimit(kind, (most, most))
            except (ValueError, OSError):  # macOS knows no limit of address space; a lower one may be set already
                continue


def _allow(seconds: int) -> None:
    """Let this process use `seconds` of processor time more than it has."""
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        wanted = int(used.ru_utime + used.ru_stime) + seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard < 0 else min(wanted, hard), hard))


def _resident() -> int:
    """Return the bytes that this process has in memory; the kernel's own peak counts what its parent had before it."""
    import psutil

    return int(psutil.Process().memory_info().rss)

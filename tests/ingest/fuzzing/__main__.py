"""`make fuzz`: atheris feeds each parser what reaches more and more of its code, and demands what holds of all input.

An input that breaks something is kept in a file, and printed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.ingest.fuzzing.damage import ANYWHERE
from tests.ingest.fuzzing.markup import PIECES
from tests.ingest.fuzzing.seeds import SEEDS

_LONGEST = 50_000  # bytes of an input
_MOST_MEMORY = 2_000  # MB
_HANGS = 20  # seconds of one input


def main() -> int:
    """Fuzz the seams that are named, or all, one after the other; return 0, or 1 when any of them broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.ingest.fuzzing", description=__doc__)
    parser.add_argument("seams", nargs="*", choices=[*SEEDS, []], default=[], help="all unless named")
    parser.add_argument("--seconds", type=int, default=60, help="how long each (60)")
    options = parser.parse_args()
    return max([_fuzz(name, options.seconds) for name in options.seams or SEEDS])


def _fuzz(name: str, seconds: int) -> int:
    folder = Path(tempfile.mkdtemp(prefix=f"citegram-fuzz-{name}-"))
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS[name]):
        (corpus / str(number)).write_bytes(seed)
    words = folder / "pieces"
    words.write_text("".join(f'"{_escaped(piece)}"\n' for piece in (*PIECES.get(name, ()), *ANYWHERE)))
    print(f"{name}: {seconds} s, in {folder}", flush=True)
    log = folder / "log"
    with log.open("wb") as told:
        done = subprocess.run(
            [
                sys.executable, "-m", "tests.ingest.fuzzing.atheris_seam", name, str(corpus), f"-dict={words}",
                f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-rss_limit_mb={_MOST_MEMORY}",
                f"-timeout={_HANGS}", f"-artifact_prefix={folder}/", "-print_final_stats=1",
            ],
            stdout=told, stderr=told, check=False,
        )  # fmt: skip
    lines = log.read_text("utf-8", "replace").splitlines()
    shown = lines[-40:] if done.returncode else [line for line in lines if "executed_units" in line]
    print(*shown, sep="\n", flush=True)
    return int(done.returncode != 0)


def _escaped(piece: bytes) -> str:
    """Return a piece as libFuzzer's dictionaries have it."""
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02X}" for byte in piece[:100]
    )


if __name__ == "__main__":
    sys.exit(main())

"""`make transcript`: holds the conversations that README and docs show, and prints them; `--write` puts them there."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.environment import data_directory
from tests.transcript.placing import PLACES, replaced
from tests.transcript.scenes import fill, played


def main() -> int:
    """Print or write the transcripts."""
    parser = argparse.ArgumentParser(prog="python -m tests.transcript", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put each transcript into its document")
    write = parser.parse_args().write
    with TemporaryDirectory() as folder, data_directory(Path(folder)):
        from retrieval.encoder import Encoder

        encoder = Encoder()
        fill(Path(folder), encoder)
        for path, scenes in PLACES.items():
            transcript = played(scenes, Path(folder), encoder)
            if write:
                path.write_text(replaced(path.read_text("utf-8"), transcript), encoding="utf-8")
            print(f"# {path.name}\n\n{transcript}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.soak`: for minutes on end, things go wrong at random moments and nothing acknowledged may be lost."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.exercise import Exercise


def main() -> int:
    """Run the exercise; return 0, or 1 after any violation."""
    options = _parser().parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    directory = Path(tempfile.mkdtemp(prefix="citegram-soak-"))
    print(f"seed {seed}, {options.minutes:g} minutes, in {directory}", flush=True)
    exercise = Exercise(directory / "data", random.Random(seed))
    exercise.run(time.monotonic() + options.minutes * 60)
    for name, count in sorted(exercise.counts.items()):
        print(f"{count:6} {name}")
    for name, seconds in sorted(exercise.longest.items()):
        print(f"{seconds:6.2f} s at most: {name}")
    for violation in exercise.violations:
        print(f"VIOLATION {violation}")
    if not exercise.violations:
        shutil.rmtree(directory)
    return int(bool(exercise.violations))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long (5)")
    parser.add_argument("--seed", type=int, help="repeat the events of a run; the moments still vary")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.soak`: for minutes on end, things go wrong at random moments and nothing acknowledged may be lost."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Protocol

from tests.soak.exercise import Exercise
from tests.soak.telegram import TelegramExercise


class _Exercising(Protocol):
    counts: Counter[str]
    longest: dict[str, float]
    violations: list[str]

    def run(self, deadline: float) -> None:
        """Go on until a moment has passed."""


def main() -> int:
    """Run the exercises; return 0, or 1 after any violation."""
    options = _parser().parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    wanted = options.what or ["articles", "telegram"]
    return max([_exercise(name, seed, options.minutes) for name in wanted])


def _exercise(name: str, seed: int, minutes: float) -> int:
    directory = Path(tempfile.mkdtemp(prefix="citegram-soak-"))
    print(f"{name}: seed {seed}, {minutes:g} minutes, in {directory}", flush=True)
    exercise: _Exercising
    if name == "articles":
        exercise = Exercise(directory / "data", random.Random(seed))
    else:
        exercise = TelegramExercise(directory, seed)
    exercise.run(time.monotonic() + minutes * 60)
    for what, count in sorted(exercise.counts.items()):
        print(f"{count:6} {what}")
    for what, seconds in sorted(exercise.longest.items()):
        print(f"{seconds:6.2f} s at most: {what}")
    for violation in exercise.violations:
        print(f"VIOLATION {violation}")
    if not exercise.violations:
        shutil.rmtree(directory)
    return int(bool(exercise.violations))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("what", nargs="*", choices=["articles", "telegram", []], default=[], help="both unless named")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long each (5)")
    parser.add_argument("--seed", type=int, help="repeat the events of a run; the moments still vary")
    return parser


if __name__ == "__main__":
    sys.exit(main())

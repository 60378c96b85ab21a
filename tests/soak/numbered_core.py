"""`python -m bot` with a core whose answers tell which question they belong to: everything else is the real program."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from retrieval.models import Answer, Question
from retrieval.settings import Settings
from tests.fakes import FakeCitegram, answered

_ASKED = re.compile(r"Q(\d+) parts (\d)")
_LONG = "The bridge is closed. " * 75


class NumberedCore(FakeCitegram):
    """Answers `Q17 parts 3 wait 0.4` after so long with the quotes Q17.1, Q17.2 and Q17.3; several are long ones."""

    def _reply(self, question: Question) -> Answer:
        asked = _ASKED.search(question.text)
        if asked is None:
            raise ValueError("no number in the question")
        number, parts = asked.group(1), int(asked.group(2))
        more = _LONG if parts > 1 else "The bridge is closed."
        return answered(question.text, *(f"Q{number}.{part} {more}" for part in range(1, parts + 1)))


@contextmanager
def open_citegram(settings: Settings) -> Iterator[FakeCitegram]:
    """Stand in for the real core's door."""
    core = NumberedCore(data_dir=settings.data_dir)
    try:
        yield core
    finally:
        core.close()


if __name__ == "__main__":
    bootstrap = ModuleType("retrieval.bootstrap")
    bootstrap.__dict__["open_citegram"] = open_citegram
    sys.modules["retrieval.bootstrap"] = bootstrap

    from bot.__main__ import main

    sys.exit(main())

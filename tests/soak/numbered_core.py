"""`python -m bot` with a core whose answers tell which question they belong to: everything else is the real program."""

from __future__ import annotations

import re
import sys

from retrieval.models import Answer, Question
from tests.bot.fake_core_bot import run_bot
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


if __name__ == "__main__":
    sys.exit(run_bot(lambda settings: NumberedCore(data_dir=settings.data_dir)))

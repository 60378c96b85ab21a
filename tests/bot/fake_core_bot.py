"""`python -m bot` with a core that needs no model: everything else is the real program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

from retrieval.settings import Settings
from tests.fakes import FakeCitegram


def run_bot(make_core: Callable[[Settings], FakeCitegram]) -> int:
    """Run `python -m bot` with a core of the tests behind the real core's door; return its exit code."""

    @contextmanager
    def open_citegram(settings: Settings) -> Iterator[FakeCitegram]:
        core = make_core(settings)
        try:
            yield core
        finally:
            core.close()

    bootstrap = ModuleType("retrieval.bootstrap")
    bootstrap.__dict__["open_citegram"] = open_citegram
    sys.modules["retrieval.bootstrap"] = bootstrap

    from bot.__main__ import main

    return main()


def _make_core(settings: Settings) -> FakeCitegram:
    seconds = float(os.environ.get("FAKE_LOADING_SECONDS", "0.05"))
    writer = os.environ.get("FAKE_WRITER", "")
    return FakeCitegram(loading_seconds=seconds, data_dir=settings.data_dir, writer=writer)


if __name__ == "__main__":
    sys.exit(run_bot(_make_core))

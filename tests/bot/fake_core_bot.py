"""`python -m bot` with a core that needs no model: everything else is the real program."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from retrieval.settings import Settings
from tests.fakes import FakeCitegram


@contextmanager
def open_citegram(settings: Settings) -> Iterator[FakeCitegram]:
    """Stand in for the real core's door."""
    core = FakeCitegram(
        loading_seconds=float(os.environ.get("FAKE_LOADING_SECONDS", "0.05")), data_dir=settings.data_dir
    )
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

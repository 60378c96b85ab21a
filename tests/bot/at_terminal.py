"""The console in this process, on a terminal or a pipe of its own."""

from __future__ import annotations

import io
import sys

import pytest

from bot.console import run
from tests.fakes import FakeCitegram


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Pipe(io.TextIOWrapper):
    def __init__(self, text: str) -> None:
        super().__init__(io.BytesIO(text.encode()))


def typed(monkeypatch: pytest.MonkeyPatch, core: FakeCitegram, *lines: str, on_terminal: bool = True) -> str:
    """Type lines and return what stands on the screen, without what was typed; the core is closed."""
    text = "".join(f"{line}\n" for line in lines)
    out = _Terminal() if on_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdin", _Terminal(text) if on_terminal else _Pipe(text))
    monkeypatch.setattr(sys, "stdout", out)
    try:
        assert run(core, hint=False) == 0
    finally:
        core.close()
    return out.getvalue()

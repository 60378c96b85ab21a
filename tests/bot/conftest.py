"""Fixtures of the bot's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.telegram.double import TelegramDouble


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    """A Bot API server; whatever it had to object to fails the test."""
    with TelegramDouble() as server:
        yield server
    assert server.violations == []

"""Fixtures of the double's own tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.telegram.calling import GROUP, READER
from tests.telegram.double import TelegramDouble


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    """A server that knows a reader and a group; its violations are the test's business."""
    with TelegramDouble() as server:
        server.send_text(READER, "/start")
        server.send_text(READER, "/start", chat=GROUP)
        yield server

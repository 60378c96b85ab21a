"""Which messages look as if there were more to come."""

from __future__ import annotations

import pytest

from bot.gathering import unfinished


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Why was the bridge closed?", False, id="a question"),
        pytest.param("bridge", False, id="a keyword"),
        pytest.param("Why was the bridge", False, id="no mark at its end"),
        pytest.param("Here is what I read,", True, id="a comma"),
        pytest.param("About the bridge:", True, id="a colon"),
        pytest.param("Who closed the bridge and", True, id="and"),
        pytest.param("Кто закрыл мост и", True, id="and, in Russian"),
        pytest.param("Well...", True, id="dots"),
        pytest.param("What is it for", False, id="a preposition that ends a question"),
        pytest.param("was kostet das", False, id="a pronoun that ends a question"),
        pytest.param("Is it a brand", False, id="a word that ends like one of these"),
        pytest.param("x" * 4096, True, id="as long as a message can be"),
        pytest.param("x" * 3000, False, id="long"),
        pytest.param("😀" * 2048, True, id="as long as a message can be, in emoji"),
    ],
)
def test_what_looks_unfinished(text: str, expected: bool) -> None:
    assert unfinished(text) is expected

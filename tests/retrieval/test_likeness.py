"""When two texts say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.likeness import Said


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("The bridge was closed.", "The bridge was closed.", True, id="the same"),
        pytest.param("The bridge was closed.", "“The bridge was closed,”", True, id="punctuation"),
        pytest.param(
            "The bridge was closed on Monday, the mayor said.",
            "The mayor said the bridge was closed on Monday.",
            True,
            id="turned round",
        ),
        pytest.param("It is closed.", "It is closed until the repairs are done.", True, id="a part of the other"),
        pytest.param(
            "The city council will close the old bridge in the harbour for repairs, officials said.",
            "The city council will close the old bridge in the harbour for repairs, an official said on the phone.",
            True,
            id="small edits",
        ),
        pytest.param("Prices rose by 5 % in the harbour.", "Prices rose by 7 % in the harbour.", False, id="figures"),
        pytest.param("Prices rose by 5 %.", "Prices rose by 5.5 %.", False, id="decimals"),
        pytest.param("In all, five boats sank in the storm.", "In all, nine boats sank in the storm.", False, id="words"),
        pytest.param(
            "The prize for the best film went to Ada Brook.", "The prize for the best film went to Ada Reed.", False,
            id="names",
        ),
        pytest.param(
            "Ada Brook won the prize for the best film.", "Tom Reed won the prize for the best film.", False,
            id="names at the beginning",
        ),
        pytest.param(
            "The mayor said that the bridge was closed.", "The mayor said that the bridge was not closed.", False,
            id="negation",
        ),
        pytest.param(
            "The bridge is closed.",
            "The tower is open, but the old bridge in the harbour, which they closed in spring, is a ruin.",
            False,
            id="the same words in another order",
        ),
        pytest.param("The whale was sold.", "The bridge was closed.", False, id="another matter"),
        pytest.param("Цены выросли на 5 %.", "Цены выросли на 7 %.", False, id="ru figures"),
        pytest.param("大桥已经关闭了。", "大桥已经关闭了。", True, id="zh"),
    ],
)  # fmt: skip
def test_what_says_the_same(one: str, other: str, same: bool) -> None:
    assert Said(one).same_as(Said(other)) is same
    assert Said(other).same_as(Said(one)) is same


def test_in_german_a_capital_makes_no_name() -> None:
    one = "Die alte Brücke im Hafen wird für neun Wochen gesperrt, sagte der Bürgermeister."
    other = "Die alte Brücke im Hafen wird für neun Wochen gesperrt, sagte das Rathaus."
    assert Said(one, "de").same_as(Said(other, "de"))


@given(st.text(), st.text())
def test_likeness_is_mutual(one: str, other: str) -> None:
    assert Said(one).same_as(Said(one))
    assert Said(one).same_as(Said(other)) == Said(other).same_as(Said(one))

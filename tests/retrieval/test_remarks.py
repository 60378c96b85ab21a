"""What metadata tell readers of an article: pages, a guessed date, since when it is gone; and what is no such thing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.models import Article, Span
from retrieval.remarks import gone_since, is_guessed, page_starts, pages_between
from tests.building import article

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 60) | st.floats() | st.text(max_size=12) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("given", "starts"),
    [
        pytest.param([0, 40, 90], (0, 40, 90), id="three pages"),
        pytest.param([0], (0,), id="one page"),
        pytest.param([0, 0, 40, 40, 100], (0, 0, 40, 40, 100), id="pages without text, also the first and the last"),
        pytest.param([0, 40, 101], (), id="beyond the text"),
        pytest.param([0, 90, 40], (), id="not in order"),
        pytest.param([45, 52], (), id="pages of a journal"),
        pytest.param([-1, 40], (), id="before the text"),
        pytest.param([False, 40], (), id="a truth value"),
        pytest.param([0, 40.0], (), id="a fraction"),
        pytest.param(["0", "40"], (), id="texts"),
        pytest.param([0, None], (), id="nothing"),
        pytest.param([], (), id="an empty list"),
        pytest.param(12, (), id="how many there are"),
        pytest.param("12-14", (), id="a text"),
        pytest.param({"0": 0}, (), id="an object"),
        pytest.param(None, (), id="none"),
    ],
)
def test_pages_are_believed_if_they_can_be_offsets(given: object, starts: tuple[int, ...]) -> None:
    assert page_starts({"pages": given}, 100) == starts


@pytest.mark.parametrize(
    ("start", "end", "pages"),
    [
        pytest.param(0, 40, (2, 2), id="the first page has no text"),
        pytest.param(39, 40, (2, 2), id="the last letter of a page"),
        pytest.param(40, 41, (3, 3), id="the first letter of a page"),
        pytest.param(39, 41, (2, 3), id="over a page's end"),
        pytest.param(50, 95, (3, 5), id="over an empty page"),
        pytest.param(40, 40, (3, 3), id="a place without letters"),
        pytest.param(99, 100, (5, 5), id="the end"),
    ],
)
def test_a_part_of_the_text_stands_on_pages(start: int, end: int, pages: tuple[int, int]) -> None:
    assert pages_between((0, 0, 40, 90, 90), start, end) == pages
    assert pages_between((), start, end) is None


@given(st.lists(st.integers(0, 50), max_size=8).map(sorted), st.integers(0, 49), st.integers(1, 50))
def test_every_page_named_holds_a_part_of_it_or_nothing(later: list[int], start: int, length: int) -> None:
    text, end = "x" * 50, min(start + length, 50)
    starts = (0, *later)
    bounds = [*starts, len(text)]
    first, last = Article("a", text, "", metadata={"pages": list(starts)}).pages_of(Span(start, end)) or (0, 0)
    assert bounds[first - 1] <= start < bounds[first]
    assert bounds[last - 1] < end <= bounds[last]


@pytest.mark.parametrize(
    ("given", "day"),
    [
        pytest.param("2026-03-04", "2026-03-04", id="a day"),
        pytest.param("2026-03-04T08:00:00+00:00", "2026-03-04", id="a moment"),
        pytest.param("2026-02-30", None, id="no such day"),
        pytest.param("2026-03", None, id="a month"),
        pytest.param("20260304", None, id="written otherwise"),
        pytest.param("2026-03-041", None, id="a digit too many"),
        pytest.param("٢٠٢٦-٠٣-٠٤", None, id="other digits"),
        pytest.param("since <b>March</b>", None, id="words"),
        pytest.param(20260304, None, id="a number"),
        pytest.param(True, None, id="a truth value"),
        pytest.param(None, None, id="none"),
    ],
)
def test_an_article_is_gone_since_a_day_or_not_at_all(given: object, day: str | None) -> None:
    assert gone_since({"gone_since": given}) == day


@pytest.mark.parametrize("given", [False, None, 1, "true", [True]])
def test_a_date_is_guessed_only_if_that_is_said_so(given: object) -> None:
    assert is_guessed({"published_guessed": True})
    assert not is_guessed({"published_guessed": given})
    assert not is_guessed({})


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("pages", "published_guessed", "gone_since"), anything)))
def test_whatever_the_metadata_hold_an_article_can_be_shown(metadata: dict[str, Any]) -> None:
    item = article("a", "x" * 50, metadata=metadata)
    first, last = item.pages_of(Span(10, 20)) or (1, 1)
    assert 1 <= first <= last <= max(1, len(page_starts(metadata, 50)))
    assert item.published_guessed in (True, False)
    assert item.gone_since is None or len(item.gone_since) == 10

"""Sentences by the day that they tell of."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from retrieval.models import Focus, Span
from retrieval.quotes import Evidence
from retrieval.snapshot import PassageSentences
from retrieval.tasks import Task
from retrieval.timelines import by_date, published_on, within
from retrieval.topics import Saying
from tests.building import article

MARCH = Task("timeline", "", date(2025, 3, 1), date(2025, 3, 31))


def saying(text: str, published: str | None, name: str = "") -> Saying:
    """A sentence that is a whole article."""
    item, span = article(name or text, text, published=published, language="en"), Span(0, len(text))
    passage = PassageSentences(
        1, item, 1, span, (span,), ((), ()), np.zeros((1, 48), np.uint8), np.array([0, 1], np.uint16)
    )
    return Saying(Evidence(item, 1, span, None, 0.5), passage)


@pytest.mark.parametrize(
    ("published", "day"),
    [
        pytest.param("2025-03-04", date(2025, 3, 4), id="day"),
        pytest.param("2025-03-04T23:00:00+00:00", date(2025, 3, 4), id="moment"),
        pytest.param("2025-03", date(2025, 3, 1), id="month"),
        pytest.param("2025", date(2025, 1, 1), id="year"),
        pytest.param(None, None, id="none"),
        pytest.param("spring", None, id="no date"),
        pytest.param("2025-13-01", None, id="no month"),
    ],
)
def test_day_of_publication(published: str | None, day: date | None) -> None:
    assert published_on(article("a", "Text.", published=published)) == day


@pytest.mark.parametrize(
    ("text", "published", "told"),
    [
        pytest.param("The bridge was closed.", "2025-03-09", True, id="published within"),
        pytest.param("The bridge was closed.", "2025-04-01", False, id="published after"),
        pytest.param("The bridge was closed.", None, False, id="without a date"),
        pytest.param("The bridge was closed on 9 March 2025.", "2025-09-01", True, id="names a day within"),
        pytest.param("The bridge was closed on 9 March 2025.", None, True, id="names a day, without a date"),
        pytest.param("The bridge was closed in March.", None, False, id="names a month, of no known year"),
        pytest.param("The bridge was closed yesterday.", "2025-04-01", True, id="the day before it was published"),
        pytest.param("The bridge was closed in May 2024.", "2025-03-09", False, id="names another time"),
        pytest.param("The bridge has been closed since 1997.", "2025-03-09", True, id="names what is no date"),
    ],
)
def test_what_is_within_a_period(text: str, published: str | None, told: bool) -> None:
    sentence = saying(text, published)
    assert by_date([sentence], MARCH, 3) == [sentence] * told


def test_the_order_is_that_of_the_days_told() -> None:
    late = saying("Builders came on 20 March 2025.", "2025-03-21")
    middle = saying("Inspectors found rust in the cables.", "2025-03-12")
    early = saying("The bridge was closed on 9 March 2025.", "2025-09-01")
    assert by_date([late, middle, early], MARCH, 3) == [early, middle, late]
    assert by_date([late, middle, early], Task("timeline"), 2) == [middle, late]


def test_an_article_tells_more_than_one_thing_where_it_names_the_days() -> None:
    best = saying("Inspectors found rust in the cables.", "2025-03-12", "one")
    dated = saying("The bridge was closed on 9 March 2025.", "2025-03-12", "one")
    other = saying("Its keeper collects stamps and old clocks.", "2025-03-12", "one")
    assert by_date([best, other, dated], MARCH, 3) == [dated, best]


@pytest.mark.parametrize(
    ("focus", "narrowed"),
    [
        pytest.param(Focus(), Focus(from_="2025-03-01", to="2025-03-31"), id="everything"),
        pytest.param(
            Focus(source="Post", from_="2025-03-10", to="2026-01-01"),
            Focus(source="Post", from_="2025-03-10", to="2025-03-31"),
            id="the narrower of both",
        ),
        pytest.param(Focus("a"), Focus("a", from_="2025-03-01", to="2025-03-31"), id="one article"),
    ],
)
def test_within_a_focus(focus: Focus, narrowed: Focus) -> None:
    assert within(focus, MARCH) == narrowed
    assert within(focus, Task("timeline")) == focus

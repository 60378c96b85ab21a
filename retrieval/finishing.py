"""What has been found out about a question to its answer, whatever that has come to."""

from __future__ import annotations

from dataclasses import replace

from retrieval import wording
from retrieval.gathering import ROOM
from retrieval.inquiry import Inquiry
from retrieval.models import MOST_QUOTES, Answer, Quote
from retrieval.quotes import FITTING, quotes
from retrieval.writing.written import Declined, Unwritten, Written


def finish(inquiry: Inquiry) -> Answer:
    """Return the answer: quotes, written sentences over them, a question asked back, or that the articles do not say."""
    weighed, outcome = inquiry.weighed, inquiry.outcome
    found = Answer(
        status="not_found",
        text=wording.not_found(inquiry.nearest, inquiry.period),
        question=inquiry.text,
        passages=weighed.passages,
        sentences=weighed.sentences,
        nearest=inquiry.nearest,
        period=inquiry.period,
        confidence=weighed.confidence,
        timings=dict(inquiry.timings),
    )
    if inquiry.choices:
        asked_back = wording.WHAT_IS_MEANT if inquiry.gathered is None else wording.WHICH_ARTICLE
        return replace(found, status="clarify", text=asked_back, nearest=(), choices=inquiry.choices)
    if inquiry.gathered is not None:
        found = replace(found, notices=inquiry.gathered.notices)
    if isinstance(outcome, Written):
        return _written(found, outcome)
    cut = () if isinstance(outcome, Declined) or not weighed.answered else _quoted(inquiry)
    if not cut:
        return found
    notices = (*found.notices, outcome.notice) if isinstance(outcome, Unwritten) else found.notices
    return replace(found, status="answered", text=wording.answered(cut), quotes=cut, nearest=(), notices=notices)


def _quoted(inquiry: Inquiry) -> tuple[Quote, ...]:
    chosen = inquiry.weighed.chosen
    if inquiry.gathered is not None:
        return quotes(chosen, fitting=ROOM)
    room = FITTING * max(inquiry.question.most_quotes, MOST_QUOTES) // MOST_QUOTES
    return quotes(chosen, inquiry.text, fitting=room)


def _written(found: Answer, outcome: Written) -> Answer:
    return replace(
        found,
        status="answered",
        mode="written",
        text=wording.written(outcome.claims, outcome.quotes),
        claims=outcome.claims,
        quotes=outcome.quotes,
        nearest=(),
        notices=(*found.notices, *((wording.LEFT_OUT,) if outcome.left_out else ())),
    )

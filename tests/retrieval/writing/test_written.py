"""From passages to a written answer: only what quotes bear out, whatever the model writes."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingest.sentences import sentences
from retrieval import wording
from retrieval.encoder import Encoder
from retrieval.errors import Stopped, WriterUnavailable
from retrieval.models import Article, Progress
from retrieval.quotes import Evidence
from retrieval.stopping import Stop
from retrieval.tasks import Task
from retrieval.writing.ledger import Budget, Ledger
from retrieval.writing.support import Support
from retrieval.writing.written import MOST_QUOTED, Assignment, Declined, Outcome, Unwritten, Writer, Written
from tests.building import article
from tests.retrieval.writing.scripted import Reply, ScriptedModel, ids_of

BRIDGE = article(
    "bridge",
    "Pellworth Bridge was closed on 3 March 2026. Inspectors had found cracks in two of its piers. Repairs will take "
    "nine weeks and cost 2.4 million pounds.",
    "Pellworth Bridge closes for repairs",
    url="https://news.example/bridge",
    source="Harbour Post",
    author="Ada Brook",
    published="2026-03-03",
    language="en",
)
FERRY = article(
    "ferry",
    "A ferry carries people across while the bridge is closed. It leaves every 20 minutes.",
    "Ferry instead of bridge",
    source="Meadow Gazette",
    published="2026-03-05",
    language="en",
)
QUESTION = "Why was Pellworth Bridge closed?"
CLOSED = "Pellworth Bridge was closed on 3 March 2026"
CRACKS = "Inspectors found cracks in two of its piers"


def passage(of: Article) -> tuple[Evidence, ...]:
    spans = sentences(of.text, "en")
    return tuple(Evidence(of, 1, span, spans[n - 1] if n else None, 0.0) for n, span in enumerate(spans))


ASSIGNMENT = Assignment(QUESTION, Task(), (passage(BRIDGE), passage(FERRY)), 7, date(2026, 4, 1), "someone")


class Desk:
    """A writer with its model, and all that was shown while it wrote."""

    def __init__(self, encoder: Encoder, tmp_path: Path, a_day: int | None, *replies: Reply, cut: bool = False) -> None:
        self.model = ScriptedModel(*replies, cut=cut)
        self.ledger = Ledger.in_directory(tmp_path)
        self.writer = Writer(
            self.model, Support(encoder.encode_question), self.ledger, Budget(self.ledger, a_day, None), context=3000
        )
        self.shown: list[Progress] = []

    def write(self, assignment: Assignment = ASSIGNMENT, stop: Stop | None = None) -> Outcome:
        return self.writer.write(assignment, stop=stop or Stop(), on_progress=self.shown.append)


def desk(encoder: Encoder, tmp_path: Path, *replies: Reply, a_day: int | None = None, cut: bool = False) -> Desk:
    return Desk(encoder, tmp_path, a_day, *replies, cut=cut)


def answered(outcome: Outcome) -> Written:
    assert isinstance(outcome, Written), outcome
    for quote in outcome.quotes:
        text = {"bridge": BRIDGE, "ferry": FERRY}[quote.article_id].text
        assert quote.text == text[quote.start : quote.end]
    assert all(claim.quotes for claim in outcome.claims)
    assert {n for claim in outcome.claims for n in claim.quotes} == {quote.n for quote in outcome.quotes}
    return outcome


def test_each_sentence_gets_the_quote_that_it_names(encoder: Encoder, tmp_path: Path) -> None:
    def reply(user: str) -> str:
        closed, cracks = ids_of(user, "was closed on", "cracks")
        return f"{CRACKS} [{cracks}]. {CLOSED} [{closed}]."

    with closing((at := desk(encoder, tmp_path, reply)).writer):
        written = answered(at.write())
    assert [claim.text for claim in written.claims] == [f"{CRACKS}.", f"{CLOSED}."]
    assert [claim.supported for claim in written.claims] == [True, True]
    assert not written.left_out
    assert "Inspectors had found cracks in two of its piers." in written.quotes[0].text


def test_what_the_quotes_do_not_bear_out_is_left_out_and_said(encoder: Encoder, tmp_path: Path) -> None:
    def reply(user: str) -> str:
        closed, cracks = ids_of(user, "was closed on", "cracks")
        return (
            f"{CRACKS} [{cracks}]. The bridge was closed on 9 March 2026 [{closed}]. "
            f"Mayor Edda Quill ordered it [{closed}]. Everybody was happy about it."
        )

    with closing((at := desk(encoder, tmp_path, reply)).writer):
        written = answered(at.write())
    assert [claim.text for claim in written.claims] == [f"{CRACKS}."]
    assert written.left_out


def test_only_sentences_that_have_passed_are_shown_meanwhile(encoder: Encoder, tmp_path: Path) -> None:
    def reply(user: str) -> str:
        closed, cracks = ids_of(user, "was closed on", "cracks")
        return f"It was closed on 9 May 2031 [{closed}]. {CRACKS} [{cracks}]. {CLOSED} [{closed}]."

    with closing((at := desk(encoder, tmp_path, reply)).writer):
        at.write()
    assert [[claim.text for claim in progress.claims] for progress in at.shown] == [
        [],
        [f"{CRACKS}."],
        [f"{CRACKS}.", f"{CLOSED}."],
    ]
    assert [near.title for near in at.shown[0].articles] == [BRIDGE.title, FERRY.title]


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param("", id="nothing"),
        pytest.param("The bridge was closed because of cracks.", id="no ids"),
        pytest.param("The bridge was closed because of cracks [9.9].", id="ids of nothing"),
        pytest.param("See https://evil.example/x for more [1.1].", id="a link"),
        pytest.param("<think>what to say</think>", id="thinking alone"),
    ],
)
def test_what_cites_nothing_is_tried_again_once_and_then_quotes_stand_in(
    encoder: Encoder, tmp_path: Path, garbage: str
) -> None:
    with closing((at := desk(encoder, tmp_path, garbage)).writer):
        assert at.write() == Unwritten(wording.UNSUPPORTED)
    assert len(at.model.asked) == 2
    assert at.model.asked[0] != at.model.asked[1], "the second time it is told what was wrong"
    assert all(not progress.claims for progress in at.shown)


def test_the_second_attempt_counts(encoder: Encoder, tmp_path: Path) -> None:
    with closing(
        (at := desk(encoder, tmp_path, "No idea.", lambda user: f"{CRACKS} [{ids_of(user, 'cracks')[0]}].")).writer
    ):
        assert [claim.text for claim in answered(at.write()).claims] == [f"{CRACKS}."]


def test_the_model_may_say_that_the_passages_do_not_answer(encoder: Encoder, tmp_path: Path) -> None:
    with closing((at := desk(encoder, tmp_path, "NONE")).writer):
        assert at.write() == Declined()
        assert at.write() == Declined()
    assert len(at.model.asked) == 1, "once it is known it is not asked again"


def test_the_same_prompt_at_the_same_generation_is_not_sent_again(encoder: Encoder, tmp_path: Path) -> None:
    def reply(user: str) -> str:
        return f"{CRACKS} [{ids_of(user, 'cracks')[0]}]. Nobody knows why."

    with closing((at := desk(encoder, tmp_path, reply)).writer):
        first, again = at.write(), at.write()
        assert first == again
        assert answered(again).left_out
        assert len(at.model.asked) == 1
        at.write(Assignment(QUESTION, Task(), ASSIGNMENT.passages, 8, ASSIGNMENT.today, "someone"))
        assert len(at.model.asked) == 2, "the catalogue has changed"


def test_a_model_that_fails_half_way_leaves_the_quotes_alone(encoder: Encoder, tmp_path: Path) -> None:
    with closing((at := desk(encoder, tmp_path, WriterUnavailable("It has gone away."), "NONE")).writer):
        assert at.write() == Unwritten(wording.WRITER_AWAY)
        assert at.write() == Declined(), "a failure is not remembered"


def test_who_has_used_up_the_budget_gets_quotes(encoder: Encoder, tmp_path: Path) -> None:
    def reply(user: str) -> str:
        return f"{CRACKS} [{ids_of(user, 'cracks')[0]}]."

    with closing((at := desk(encoder, tmp_path, reply, a_day=50)).writer):
        first = answered(at.write())
        other = Assignment("How much do the repairs cost?", Task(), ASSIGNMENT.passages, 7, ASSIGNMENT.today, "another")
        assert at.write(other) == Unwritten(wording.BUDGET_SPENT)
        assert len(at.model.asked) == 1
        assert at.write() == first, "what is kept costs nothing"


def test_stopping_ends_the_model_and_keeps_nothing(encoder: Encoder, tmp_path: Path) -> None:
    stop = Stop()

    def reply(user: str) -> str:
        threading.Timer(0, stop.request).start()
        return "word " * 100_000

    with closing((at := desk(encoder, tmp_path, reply, "NONE")).writer):
        with pytest.raises(Stopped):
            at.write(stop=stop)
        assert at.write() == Declined()


def test_a_model_that_goes_on_for_ever_is_left_when_enough_is_said(encoder: Encoder, tmp_path: Path) -> None:
    def reply(user: str) -> str:
        return f"{CRACKS} [{ids_of(user, 'cracks')[0]}]. " * 1000

    with closing((at := desk(encoder, tmp_path, reply)).writer):
        assert len(answered(at.write()).claims) == 1
    assert at.model.left_early == 1
    assert len(at.model.taken) < 500


def test_an_answer_has_no_more_quotes_than_a_phone_can_show(encoder: Encoder, tmp_path: Path) -> None:
    names = ("Aldbeck", "Brinmoor", "Corvale", "Dunsea", "Elmwick", "Farholt", "Gildon", "Harwell")
    towns = [
        article(town, f"The library in {town} opens at {n} o'clock.", f"Library of {town}", language="en")
        for n, town in enumerate(names, 5)
    ]
    assignment = Assignment(
        "When do the libraries open?", Task("compare"), tuple(map(passage, towns)), 7, date(2026, 4, 1)
    )

    def reply(user: str) -> str:
        ids = ids_of(user, *(f"in {town} opens" for town in names))
        pairs = list(zip(names, range(5, 20), ids, strict=False))
        return " ".join(
            f"The library in {a} opens at {i} o'clock and the library in {b} opens at {k} o'clock [{x}, {y}]."
            for (a, i, x), (b, k, y) in zip(pairs[::2], pairs[1::2], strict=True)
        )

    with closing((at := desk(encoder, tmp_path, reply)).writer):
        outcome = at.write(assignment)
    assert isinstance(outcome, Written)
    assert len(outcome.quotes) == MOST_QUOTED
    assert len(outcome.claims) == MOST_QUOTED // 2
    assert outcome.left_out


def test_an_answer_that_the_length_limit_cut_loses_its_last_sentence_only(encoder: Encoder, tmp_path: Path) -> None:
    def reply(user: str) -> str:
        closed, cracks = ids_of(user, "was closed on", "cracks")
        return f"{CRACKS} [{cracks}]. {CLOSED} [{closed}"

    with closing((at := desk(encoder, tmp_path, reply, cut=True)).writer):
        assert [claim.text for claim in answered(at.write()).claims] == [f"{CRACKS}."]


def test_thoughts_that_were_taken_for_the_answer_are_taken_back(encoder: Encoder, tmp_path: Path) -> None:
    def reply(user: str) -> str:
        closed, cracks = ids_of(user, "was closed on", "cracks")
        return f"{CLOSED} [{closed}].\n</think>\n{CRACKS} [{cracks}]."

    with closing((at := desk(encoder, tmp_path, reply)).writer):
        assert [claim.text for claim in answered(at.write()).claims] == [f"{CRACKS}."]


def test_a_heading_is_no_sentence_of_an_answer(encoder: Encoder, tmp_path: Path) -> None:
    def reply(user: str) -> str:
        closed, cracks = ids_of(user, "was closed on", "cracks")
        return f"{BRIDGE.title} (Harbour Post, Ada Brook, 3 March 2026) [{closed}]. {CRACKS} [{cracks}]."

    with closing((at := desk(encoder, tmp_path, reply)).writer):
        assert [claim.text for claim in answered(at.write()).claims] == [f"{CRACKS}."]


def test_a_prompt_without_room_for_a_sentence_is_not_sent(encoder: Encoder, tmp_path: Path) -> None:
    with closing((at := desk(encoder, tmp_path, "NONE")).writer):
        assert at.write(replace(ASSIGNMENT, passages=())) == Unwritten(wording.UNSUPPORTED)
    assert at.model.asked == []


def test_closing_the_writer_closes_its_model(encoder: Encoder, tmp_path: Path) -> None:
    at = desk(encoder, tmp_path, "NONE")
    at.writer.close()
    assert at.model.closed

"""Follow-ups rewritten by a chat model: when it is asked, what it is shown, and what of its words is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.condense import stand_alone
from retrieval.errors import Stopped, WriterUnavailable
from retrieval.models import Turn
from retrieval.stopping import Stop
from retrieval.writing.chat_model import Piece, Usage
from retrieval.writing.rewriting import stand_alone_by_model

BRIDGE = "Why was Pellworth Bridge closed in 2021?"


class Scripted:
    """A model that writes what it was told to, in small pieces, and remembers what it was asked."""

    def __init__(self, written: str = "", error: Exception | None = None) -> None:
        self.written = written
        self.error = error
        self.prompts: list[tuple[str, str]] = []

    def stream(
        self, system: str, user: str, *, stop: Stop, most_tokens: int, on_usage: Callable[[Usage], None]
    ) -> Iterator[Piece]:
        self.prompts.append((system, user))
        stop.check()
        for start in range(0, len(self.written), 3):
            yield Piece(self.written[start : start + 3])
        if self.error is not None:
            raise self.error
        on_usage(Usage(40, len(self.written)))


def asked(*questions: str) -> tuple[Turn, ...]:
    """A conversation: each question with an answer that speaks of something else."""
    return tuple(
        turn for text in questions for turn in (Turn("user", text), Turn("assistant", "Elvin Rook bought a zeppelin."))
    )


def rewritten(text: str, model: Scripted, *before: str, used: list[Usage] | None = None) -> str:
    usage = [] if used is None else used
    return stand_alone_by_model(text, asked(*before), model, stop=Stop(), on_usage=usage.append)


@pytest.mark.parametrize(
    ("before", "text", "written"),
    [
        pytest.param(BRIDGE, "Who designed it?", "Who designed Pellworth Bridge?", id="a pronoun"),
        pytest.param(BRIDGE, "And why?", "Why was Pellworth Bridge closed?", id="a fragment"),
        pytest.param(BRIDGE, "who designed it", "  Who designed Pellworth Bridge? \n", id="white space"),
        pytest.param(BRIDGE, "Who designed it?", '"Who designed Pellworth Bridge?"', id="quotation marks"),
        pytest.param(BRIDGE, "Who designed it?", "Rewritten: Who designed Pellworth Bridge?", id="a label"),
        pytest.param(BRIDGE, "Who designed it?", "Here it is:\n\nWho designed Pellworth Bridge?", id="an introduction"),
        pytest.param(
            BRIDGE,
            "Who designed it?",
            "<think>\nThey mean the bridge.\n</think>\nWho designed Pellworth Bridge?",
            id="thoughts",
        ),
        pytest.param(
            "Warum wurde die Hafenbrücke geschlossen?",
            "Wer hat dafür bezahlt?",
            "Wer hat für die geschlossene Hafenbrücke bezahlt?",
            id="German",
        ),
        pytest.param(
            "Сколько людей живёт в Варшаве?",
            "а когда её основали?",
            "Когда основали Варшаву?",
            id="a name in another case",
        ),
        pytest.param(
            "¿Cuántas personas viven en Francia?",
            "¿y en Alemania?",
            "¿Cuántas personas viven en Alemania?",
            id="a language that the resolver does not know",
        ),
        pytest.param("法国有多少人？", "德国呢？", "德国有多少人？", id="Chinese"),
    ],
)
def test_what_can_be_trusted_is_taken(before: str, text: str, written: str) -> None:
    model = Scripted(written)
    found = rewritten(text, model, before)
    assert len(model.prompts) == 1
    assert found != stand_alone(text, asked(before))
    assert found in written
    assert found.endswith(("?", "？"))
    assert "\n" not in found


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param(" \n ", id="white space"),
        pytest.param("Elvin Rook designed Pellworth Bridge.", id="an answer with a name that nobody mentioned"),
        pytest.param("Who designed Pellworth Bridge in 1874?", id="another year"),
        pytest.param("Who designed Eastmere Bridge?", id="another name"),
        pytest.param("Why was Pellworth Bridge closed?", id="the question before"),
        pytest.param("Who bought the whale skeleton?", id="another question"),
        pytest.param("I cannot help with that.", id="a refusal"),
        pytest.param("Who designed Pellworth Bridge? [1.2]", id="an id"),
        pytest.param("**Who designed Pellworth Bridge?**", id="markup"),
        pytest.param('{"question": "Who designed Pellworth Bridge?"}', id="JSON"),
        pytest.param("Who designed Pellworth Bridge? See https://pellworth.example", id="a link"),
        pytest.param("Who designed Pellworth Bridge? @pellworth", id="somebody's account"),
        pytest.param("Who designed Pellworth Bridge?\nIt asks for the engineer.", id="an explanation"),
        pytest.param("<think>Who designed Pellworth Bridge?", id="thoughts without an end"),
        pytest.param("Who designed Pellworth\u202e Bridge?", id="a control character"),
        pytest.param("Who designed Pellworth Bridge? " * 20, id="repetition"),
        pytest.param("designed designed " * 12 + "Pellworth", id="too much of one word"),
    ],
)
def test_of_anything_else_the_resolver_is_believed(written: str) -> None:
    assert rewritten("Who designed it?", Scripted(written), BRIDGE) == stand_alone("Who designed it?", asked(BRIDGE))


@pytest.mark.parametrize(
    ("text", "before"),
    [
        pytest.param("Who designed it?", (), id="the first question"),
        pytest.param("Who designed it?", ("Hello!",), id="after small talk alone"),
        pytest.param("Who bought the whale skeleton?", (BRIDGE,), id="another matter"),
        pytest.param("whale", (BRIDGE,), id="a word to search for"),
        pytest.param("Who built the museum of Westmere?", (BRIDGE, "And why?"), id="one that stands alone, later"),
    ],
)
def test_the_model_is_not_asked_where_nothing_is_lacking(text: str, before: tuple[str, ...]) -> None:
    model = Scripted("Who designed Pellworth Bridge?")
    assert rewritten(text, model, *before) == text
    assert model.prompts == []


def test_the_model_is_shown_the_readers_questions_and_no_answers() -> None:
    model = Scripted()
    many = [f"Why was bridge number {n} of Westmere closed?" for n in range(20)]
    rewritten("Who\ndesigned it? " + "x " * 500, model, *many, "Hello!", "y " * 500)
    (_, user), *_ = model.prompts
    assert "zeppelin" not in user
    assert "Hello" not in user
    assert "number 19" in user
    assert "number 9 " not in user
    assert len(user) < 3000
    assert "Last question: Who designed it? x" in user


def test_usage_is_counted_and_failures_are_the_callers() -> None:
    used: list[Usage] = []
    rewritten("Who designed it?", Scripted("Who designed Pellworth Bridge?"), BRIDGE, used=used)
    assert used == [Usage(40, 30)]
    with pytest.raises(WriterUnavailable):
        rewritten("Who designed it?", Scripted("Who des", WriterUnavailable("timeout")), BRIDGE)
    stopped = Stop()
    stopped.request()
    with pytest.raises(Stopped):
        stand_alone_by_model(
            "Who designed it?", asked(BRIDGE), Scripted("Who"), stop=stopped, on_usage=lambda usage: None
        )


VOCABULARY = "Who designed Pellworth Bridge in 2021 Elvin 17 [1.2] * <b> https://a.example ? it"
WORDS = st.sampled_from([*VOCABULARY.split(), "\n"])


@given(st.text() | st.lists(WORDS, max_size=12).map(" ".join))
def test_no_name_number_or_markup_of_the_models_own_is_searched_for(written: str) -> None:
    found = rewritten("Who designed it?", Scripted(written), BRIDGE)
    assert not {"Elvin", "17", "1.2", "*", "<b>", "example"} & {*found.replace("?", " ").split()}
    assert "designed" in found.lower()
    assert len(found) <= 300
    assert found.isprintable()

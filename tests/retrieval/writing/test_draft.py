"""Drafts: whatever a model writes, only clean sentences with valid ids come out, as soon as they are certain."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.writing.citing import CITED
from retrieval.writing.draft import MOST_IDS, DraftReader, DraftSentence
from retrieval.writing.links import LINK
from tests.telegram.parser import found_in

KNOWN = frozenset({"1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "10.12"})
MARKER = "3f9a2c81d4e5b607"
SHUT = DraftSentence("The bridge is shut.", ("1.1",))
BUSES = DraftSentence("Buses take the tunnel.", ("1.2",))


@dataclass(frozen=True)
class Reading:
    """What a reader made of a whole output."""

    sentences: list[DraftSentence]
    declined: bool
    dropped: int
    retracted: int


def read(output: str, *, pieces: int = 7, cut: bool = False, most: int = 6) -> Reading:
    """Feed an output in pieces of a length."""
    reader = DraftReader(KNOWN, most, marker=MARKER)
    found: list[DraftSentence] = []
    for start in range(0, len(output), pieces):
        found += reader.feed(output[start : start + pieces])
    found += reader.end(cut=cut)
    return Reading(found, reader.declined, reader.dropped, reader.retracted)


def sentences(output: str, *, cut: bool = False) -> list[tuple[str, str]]:
    """The sentences of an output, each with its ids in one string."""
    return [(sentence.text, " ".join(sentence.ids)) for sentence in read(output, cut=cut).sentences]


TWO = [SHUT, BUSES]


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("The bridge is shut [1.1]. Buses take the tunnel [1.2].", id="before the full stop"),
        pytest.param("The bridge is shut. [1.1] Buses take the tunnel. [1.2]", id="behind it"),
        pytest.param("The bridge is shut.[1.1] Buses take the tunnel.[1.2]", id="behind it without a space"),
        pytest.param("The bridge is shut [1.1].Buses take the tunnel [1.2].", id="no space after the full stop"),
        pytest.param("The bridge is shut. [1.1]. Buses take the tunnel. [1.2].", id="between two full stops"),
        pytest.param("The bridge is shut [1.1]\nBuses take the tunnel [1.2]", id="lines without full stops"),
        pytest.param("[1.1] The bridge is shut. [1.2] Buses take the tunnel.", id="before their sentences"),
        pytest.param("[1.1] The bridge is shut.\n[1.2] Buses take the tunnel.", id="before their sentences, on lines"),
        pytest.param("[1.1]: The bridge is shut.\n[1.2]: Buses take the tunnel.", id="before a colon"),
        pytest.param("The bridge is shut.\n[1.1]\n\nBuses take the tunnel.\n[1.2]", id="on lines of their own"),
        pytest.param("The bridge is shut (1.1). Buses take the tunnel (1.2).", id="round brackets"),
        pytest.param(
            "The bridge is shut 【1.1】. Buses take the tunnel［１.２］.", id="full-width brackets and digits"
        ),
        pytest.param("The bridge is shut [[1.1]]. Buses take the tunnel [#1.2].", id="doubled, and with a sharp"),
        pytest.param("The bridge is shut \\[1.1\\]. Buses take the tunnel `[1.2]`.", id="escaped, and as code"),
        pytest.param("The bridge is shut (see [1.1]). Buses take the tunnel (source: 1.2).", id="with a word before"),
        pytest.param("According to [1.1], the bridge is shut. Buses take the tunnel [1.2].", id="according to"),
        pytest.param("The bridge is shut [1.1]. [1.2] states that buses take the tunnel.", id="states that"),
        pytest.param("The bridge is shut [9.9][1.1]. Buses take the tunnel [1.2, 77.1].", id="some out of range"),
        pytest.param("The bridge is shut.\nSource: [1.1]\n\nBuses take the tunnel.\nSource: [1.2]", id="source lines"),
        pytest.param("The bridge is shut. Source: [1.1] Buses take the tunnel. Source: [1.2]", id="sources inline"),
    ],
)
def test_ids_are_found_wherever_models_put_them(output: str) -> None:
    assert read(output).sentences == TWO


@pytest.mark.parametrize(
    ("cited", "ids"),
    [
        pytest.param("[1.1, 2.2]", "1.1 2.2", id="comma"),
        pytest.param("[1.1; 2.2]", "1.1 2.2", id="semicolon"),
        pytest.param("[1.1][2.2]", "1.1 2.2", id="side by side"),
        pytest.param("[1.1] [2.2]", "1.1 2.2", id="with a space"),
        pytest.param("[1.1] and [2.2]", "1.1 2.2", id="with a word"),
        pytest.param("[1.1 und 2.2]", "1.1 2.2", id="with a German word"),
        pytest.param("[2.2, 1.1, 2.2]", "2.2 1.1", id="in their order and once"),
        pytest.param("[1.1-1.3]", "1.1 1.2 1.3", id="range"),
        pytest.param("[1.2–4]", "1.2 1.3 1.4", id="range by its last number"),
        pytest.param("[1.1-1.4][2.1]", "2.1", id="range of more than three"),
        pytest.param("[1.4-2.1][2.2]", "2.2", id="range across passages"),
        pytest.param("[2][1.1]", "1.1", id="passage alone"),
        pytest.param("[10.12]", "10.12", id="two digits"),
        pytest.param("[1.12][1.2]", "1.2", id="not the beginning of an id"),
        pytest.param("[1.1][1.2][1.3][1.4][2.1][2.2]", "1.1 1.2 1.3 1.4 2.1", id="so many at most"),
    ],
)
def test_a_group_of_ids_counts_for_those_that_are_known(cited: str, ids: str) -> None:
    assert sentences(f"The bridge is shut {cited}.") == [("The bridge is shut.", ids)]
    assert len(ids.split()) <= MOST_IDS


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("The bridge is shut. Nobody was hurt at all.", id="no ids"),
        pytest.param("The bridge is shut [9.9]. Nobody was hurt at all [2].", id="no valid ids"),
        pytest.param("The bridge is shut [1]. Nobody was hurt at all [1.1-1.4].", id="passage, and a long range"),
        pytest.param("The bridge is shut [2019]. Nobody was hurt at all (2019).", id="years"),
    ],
)
def test_sentences_without_a_valid_id_are_dropped_and_counted(output: str) -> None:
    reading = read(output)
    assert (reading.sentences, reading.dropped, reading.declined) == ([], 2, False)


def test_a_sentence_without_ids_does_not_ride_along_with_the_next() -> None:
    reading = read(
        "The moon is made of cheese. The bridge is shut [1.1]. Trust me on this. Buses take the tunnel [1.2]."
    )
    assert (reading.sentences, reading.dropped) == (TWO, 2)


@pytest.mark.parametrize(
    ("output", "text"),
    [
        pytest.param("The bridge [1.1] was shut [1.2].", "The bridge was shut.", id="ids inside"),
        pytest.param(
            "The bridge [1.1], now rusty, was shut [1.2].", "The bridge, now rusty, was shut.", id="before a comma"
        ),
        pytest.param(
            "Mr. Smith of St. Orla closed it on Oct. 3 at 5.30 p.m. Monday [1.1][1.2].",
            "Mr. Smith of St. Orla closed it on Oct. 3 at 5.30 p.m. Monday.",
            id="abbreviations",
        ),
        pytest.param(
            "Am 3. Oktober wurde sie z. B. gesperrt [1.1][1.2].", "Am 3. Oktober wurde sie z. B. gesperrt.", id="German"
        ),
        pytest.param(
            "В 2024 г. Мост закрыли на ул. Ленина [1.1][1.2].", "В 2024 г. Мост закрыли на ул. Ленина.", id="Russian"
        ),
        pytest.param(
            "It cost 1.5 million (2.4 percent more) [1.1][1.2].",
            "It cost 1.5 million (2.4 percent more).",
            id="decimals",
        ),
        pytest.param(
            "The U.S. Senate agreed with J. K. Orr [1.1][1.2].", "The U.S. Senate agreed with J. K. Orr.", id="initials"
        ),
        pytest.param("“It is shut!” she said [1.1][1.2].", "“It is shut!” she said.", id="exclamation in a quotation"),
        pytest.param("“It is shut.” [1.1][1.2] ", "“It is shut.”", id="closing quotation mark"),
        pytest.param("Is it shut? Yes, it is shut [1.1][1.2].", "Yes, it is shut.", id="a question before"),
        pytest.param(
            "The bridge is shut\nfor nine weeks [1.1][1.2].", "The bridge is shut for nine weeks.", id="wrapped line"
        ),
        pytest.param("桥已关闭[1.1][1.2]。", "桥已关闭。", id="Chinese"),
        pytest.param("桥已关闭 [1.1][1.2]", "桥已关闭。", id="Chinese without a full stop"),
        pytest.param("पुल बंद है [1.1][1.2]", "पुल बंद है।", id="Hindi without a full stop"),
        pytest.param("أغلق الجسر [1.1][1.2].", "أغلق الجسر.", id="Arabic"),
        pytest.param(
            "The reasons are rust and age [1.1][1.2]:", "The reasons are rust and age.", id="colon at the end"
        ),
    ],
)
def test_a_sentence_ends_where_it_ends(output: str, text: str) -> None:
    assert sentences(output) == [(text, "1.1 1.2")]


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("**The bridge is shut [1.1].** *Buses take the tunnel* [1.2].", id="bold and italics"),
        pytest.param("__The bridge is shut__ [1.1]. _Buses take the tunnel_ [1.2].", id="underscores"),
        pytest.param("~~The bridge~~ is shut [1.1]. `Buses` take the tunnel [1.2].", id="struck out, and code"),
        pytest.param("# Bridge\nThe bridge is shut [1.1].\n## Buses\nBuses take the tunnel [1.2].", id="headings"),
        pytest.param(
            "**Bridge**\n\nThe bridge is shut [1.1].\n\n**Buses:**\nBuses take the tunnel [1.2].", id="bold headings"
        ),
        pytest.param("Here is what I found:\n- The bridge is shut [1.1]\n- Buses take the tunnel [1.2]", id="bullets"),
        pytest.param("* The bridge is shut. [1.1]\n* Buses take the tunnel. [1.2]", id="stars"),
        pytest.param("• The bridge is shut [1.1]\n• Buses take the tunnel [1.2]", id="dots"),
        pytest.param("1. The bridge is shut [1.1].\n2. Buses take the tunnel [1.2].", id="numbers"),
        pytest.param("1) The bridge is shut [1.1].\n2) Buses take the tunnel [1.2].", id="numbers with brackets"),
        pytest.param("> The bridge is shut [1.1].\n> Buses take the tunnel [1.2].", id="block quotes"),
        pytest.param(
            "| What | Where |\n|---|---|\n| The bridge is shut | [1.1] |\n| Buses take the tunnel. | [1.2] |",
            id="table",
        ),
        pytest.param("```\nThe bridge is shut [1.1].\nBuses take the tunnel [1.2].\n```", id="code fence"),
        pytest.param(
            "```markdown\nThe bridge is shut [1.1].\nBuses take the tunnel [1.2].\n```\n", id="named code fence"
        ),
        pytest.param("<p>The <b>bridge</b> is shut [1.1].</p><p>Buses take the tunnel [1.2].<br/></p>", id="HTML"),
        pytest.param("---\nThe bridge is shut [1.1].\n***\nBuses take the tunnel [1.2].\n===", id="rules"),
        pytest.param("Answer: The bridge is shut [1.1]. Buses take the tunnel [1.2].", id="label"),
        pytest.param("**Antwort:** The bridge is shut [1.1].\nBuses take the tunnel [1.2].", id="German label"),
    ],
)
def test_markup_is_taken_off(output: str) -> None:
    assert read(output).sentences == TWO


def test_a_row_of_several_cells_is_one_sentence() -> None:
    output = "| Day | Event |\n|:--|--:|\n| Monday | The bridge is shut. [1.1] |"
    assert sentences(output) == [("Monday – The bridge is shut.", "1.1")]


def test_a_day_at_the_start_of_a_line_is_no_number_of_a_list() -> None:
    assert sentences("3. Oktober war der Tag der Sperrung [1.1].") == [("3. Oktober war der Tag der Sperrung.", "1.1")]


@pytest.mark.parametrize(
    "label",
    [
        "Sources:",
        "## Sources",
        "**References:**",
        "Quellen:",
        "Источники:",
        "Fuentes:",
        "Références :",
        "来源：",
        "Fonti:",
    ],
)
def test_a_list_of_sources_ends_the_answer(label: str) -> None:
    reader = DraftReader(KNOWN, 6)
    found = reader.feed(
        f"The bridge is shut [1.1]. Buses take the tunnel [1.2].\n\n{label}\n[1.3] Ferries run hourly.\n"
    )
    assert reader.done
    assert found + reader.end(cut=False) == TWO


def test_people_called_sources_are_no_list() -> None:
    assert sentences("Sources say that it is shut [1.1].") == [("Sources say that it is shut.", "1.1")]


def test_an_invented_next_question_ends_the_answer() -> None:
    output = "The bridge is shut [1.1]. Buses take the tunnel [1.2].\nQuestion: Who paid?\nAnswer: The city paid [1.3]."
    assert read(output).sentences == TWO


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("<think>Sentence one says [1.3]. Fine.</think>\n\nThe bridge is shut [1.1].", id="think"),
        pytest.param("<THINKING>\nIt says so [1.3].\n</THINKING>The bridge is shut [1.1].", id="thinking in capitals"),
        pytest.param("[THINK]It says so [1.3].[/THINK]The bridge is shut [1.1].", id="square brackets"),
        pytest.param(
            "<th\u200bink>It says so [1.3].</think>The bridge is shut [1.1].", id="invisible character inside"
        ),
        pytest.param("<think>So [1.3].</think>The bridge <think>hm</think>is shut [1.1].", id="in the middle"),
        pytest.param(
            "<|channel|>analysis<|message|>It says so [1.3].<|end|><|start|>assistant<|channel|>final<|message|>"
            "The bridge is shut [1.1].<|return|>",
            id="channels",
        ),
        pytest.param(
            "<|im_start|>assistant\nThe bridge is shut [1.1].<|im_end|>\n<|im_start|>user\nSo [1.2]?", id="turns"
        ),
        pytest.param("The bridge is shut [1.1].</s> [INST] And then [1.2]? [/INST]", id="end of sequence"),
        pytest.param("<start_of_turn>model\nThe bridge is shut [1.1].<end_of_turn>\nMore [1.2].", id="Gemma's turns"),
        pytest.param("The bridge is shut [1.1].<｜end▁of▁sentence｜>More [1.2].", id="full-width bars"),
        pytest.param("<|assistant|>The bridge is shut [1.1].<|eot_id|>More [1.2].", id="assistant, then end of turn"),
    ],
)
def test_thoughts_and_turn_marks_are_no_part_of_the_answer(output: str) -> None:
    assert read(output).sentences == [SHUT]


def test_thoughts_without_an_end_are_no_answer() -> None:
    assert read("<think>The bridge is shut [1.1]. Buses take the tunnel [1.2].").sentences == []


def test_thoughts_whose_beginning_was_not_marked_are_taken_back() -> None:
    reading = read("The reader wants the bridge [1.3]. Let me see.</think>The bridge is shut [1.1].")
    assert reading.sentences[reading.retracted :] == [SHUT]
    assert (reading.retracted, reading.dropped) == (1, 0)


def test_a_less_than_sign_is_prose() -> None:
    assert sentences("It took < 5 days and 3 <4 [1.1].") == [("It took < 5 days and 3 <4.", "1.1")]


@pytest.mark.parametrize(
    "output",
    [
        pytest.param('{"answer": "The bridge is shut [1.1]. Buses take the tunnel [1.2]."}', id="answer"),
        pytest.param(
            '```json\n{"answer": "The bridge is shut [1.1].\\nBuses take the tunnel [1.2]."}\n```', id="fenced"
        ),
        pytest.param(
            '[{"text": "The bridge is shut.", "ids": ["1.1"]}, {"text": "Buses take the tunnel.", "ids": ["1.2"]}]',
            id="list of sentences",
        ),
        pytest.param(
            '{"list": [{"ids": [1.1], "text": "The bridge is shut"}, {"ids": [1.2], "text": "Buses take the tunnel"}]}',
            id="numbers before texts",
        ),
        pytest.param(
            '{"reasoning": "It says so [1.3].", "answer": "The bridge is shut [1.1]. Buses take the tunnel [1.2].",'
            ' "sources": [{"id": "1.4", "title": "The bridge again"}], "confidence": 0.9}',
            id="with other fields",
        ),
        pytest.param('["The bridge is shut [1.1].", "Buses take the tunnel [1.2]."]', id="list of strings"),
        pytest.param(
            'Here you are:\n{"answer": "The bridge is shut [1.1]. Buses take the tunnel [1.2]."', id="not closed"
        ),
        pytest.param('{"answer": "The \\u0062ridge is shut [1.1]. Buses\\u200b take the tunnel [1.2]."}', id="escapes"),
        pytest.param(
            '{"answer": "The bridge is shut.", "citations": "[1.1]"}\n{"answer": "Buses take the tunnel.", "id": "1.2"}',
            id="lines",
        ),
    ],
)
def test_json_is_read_as_the_prose_it_holds(output: str) -> None:
    assert read(output).sentences == TWO


def test_json_that_is_cut_loses_its_last_sentence() -> None:
    assert read('{"answer": "The bridge is shut [1.1]. Buses take the tun', cut=True).sentences == [SHUT]


@pytest.mark.parametrize(
    "output",
    [
        "NONE", "NONE.", "None", "none.", "**NONE**", '"NONE"', "[NONE]", "NONE\n\nThe passages are about something else.",
        "<think>Nothing about that [1.1].</think>\nNONE", "Answer: NONE", "NONE [1.1].", '{"answer": "NONE"}', "N/A",
        "The passages do not mention the mayor.", "The provided articles don't say who built it.",
        "I cannot answer that from the text.", "There is no information about this.",
        "Die Quellen sagen darüber nichts, es gibt keine Angaben.", "В приведённых статьях нет сведений об этом.",
        "Los artículos no lo mencionan.", "Les articles ne le précisent pas.", "文章中没有提到这一点。",
        "The passages [1.1] do not mention the mayor [1.2].",
    ],
)  # fmt: skip
def test_a_model_may_say_that_the_passages_do_not_answer(output: str) -> None:
    reading = read(output)
    assert (reading.declined, reading.sentences, reading.dropped) == (True, [], 0)


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("None of the passengers was hurt.", id="none of"),
        pytest.param("None. All twelve of them survived [1.1].", id="none as an answer"),
        pytest.param("The bridge is shut [1.1]. The passages do not say why.", id="an answer with a reserve"),
        pytest.param("The bridge is shut [1.1].\nNONE", id="none behind an answer"),
        pytest.param("The text of the treaty does not mention bridges [1.1].", id="what an article says of a text"),
        pytest.param("", id="nothing"),
        pytest.param(" \n\n \t\n", id="white space"),
    ],
)
def test_an_answer_or_silence_is_no_refusal(output: str) -> None:
    assert not read(output).declined


def test_none_ends_the_model_s_work() -> None:
    reader = DraftReader(KNOWN, 4)
    reader.feed("NONE\nThe bridge")
    reader.feed(" is shut.\n")
    assert reader.declined


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        pytest.param("Read more at https://evil.example/win [1.1].", "", id="address"),
        pytest.param("Write to @evil_bot for the prize [1.1].", "", id="mention"),
        pytest.param("Join t.me/evil now, my friends [1.1].", "", id="Telegram link"),
        pytest.param("Send it to thief@evil.example today [1.1].", "", id="e-mail"),
        pytest.param("Use /forget to see the bridge [1.1].", "", id="command"),
        pytest.param("Open tg://resolve?domain=evil at once [1.1].", "", id="Telegram scheme"),
        pytest.param("Click [here](https://evil.example) to win [1.1].", "", id="Markdown link"),
        pytest.param("See ![map](https://evil.example/a.png) of it [1.1].", "", id="picture"),
        pytest.param("Pay at 10.20.30.40:8080/pay today [1.1].", "", id="IP address"),
        pytest.param("The bridge is shut, see www.evil.example [1.1].", "The bridge is shut.", id="clause at the end"),
        pytest.param("The bridge is shut (https://evil.example) [1.1].", "The bridge is shut.", id="in brackets"),
        pytest.param("The bridge is shut [1.1](https://evil.example).", "The bridge is shut.", id="id as a link"),
        pytest.param(
            "The city's page, evil.com, says it is shut [1.1].", "The city's page says it is shut.", id="clause inside"
        ),
        pytest.param("The harbour bridge is shut, said #evil [1.1].", "The harbour bridge is shut.", id="hashtag"),
        pytest.param(
            "The firm AT&T and others paid 1/3 and/or more [1.1].",
            "The firm AT&T and others paid 1/3 and/or more.",
            id="none",
        ),
        pytest.param(
            "It fell 3.5 percent, i.e. to U.S. levels [1.1].",
            "It fell 3.5 percent, i.e. to U.S. levels.",
            id="no domain",
        ),
        pytest.param("Read photos.photography every day [1.1].", "", id="rare domain"),
        pytest.param("Visit EXAMPLE.ORG/win every day [1.1].", "", id="capitals"),
    ],
)
def test_no_link_is_left(sentence: str, left: str) -> None:
    assert [text for text, _ in sentences(sentence)] == [left] * bool(left)


@pytest.mark.parametrize(
    ("output", "text"),
    [
        pytest.param(
            "The\u202e bridge\u202c is\u200b shut\ufeff [1.\u20601].", "The bridge is shut.", id="bidi and invisible"
        ),
        pytest.param("The\x00 bridge\x07 is shut\x1b [1.1].", "The bridge is shut.", id="control"),
        pytest.param("The\u00a0bridge\tis   shut [1.1].", "The bridge is shut.", id="white space"),
        pytest.param(f"The bridge{CITED} is shut\ue001 [1.1].", "The bridge is shut.", id="private use"),
        pytest.param("The bridge is shut\U000e0041\U000e0042 [1.1].", "The bridge is shut.", id="tag characters"),
        pytest.param("می\u200cخواهم [1.1].", "می\u200cخواهم.", id="joiners that Persian needs"),
    ],
)
def test_invisible_characters_are_left_out(output: str, text: str) -> None:
    assert sentences(output) == [(text, "1.1")]


def test_what_is_too_long_for_a_sentence_is_dropped() -> None:
    long = "The bridge " + "and the old tunnel " * 40
    endless = "The bridge " + "".join(f"and tunnel {n} " for n in range(150))
    reading = read(f"{long}[1.1]. {endless}[1.2]. Buses take the tunnel [1.2].")
    assert (reading.sentences, reading.dropped) == ([BUSES], 2)


def test_phrases_that_go_round_in_circles_are_dropped() -> None:
    reading = read(f"It is {'shut because it is ' * 5}shut [1.1]. Buses take the tunnel [1.2].")
    assert (reading.sentences, reading.dropped) == ([BUSES], 1)


def test_what_was_said_is_not_said_again() -> None:
    assert read("The bridge is shut [1.1]. The bridge is shut. [1.1] Buses take the tunnel [1.2].").sentences == TWO


def test_a_model_that_repeats_itself_is_stopped() -> None:
    reader = DraftReader(KNOWN, 6)
    assert reader.feed("The bridge is shut [1.1]. " * 4) == [SHUT]
    assert reader.done
    assert reader.feed("Buses take the tunnel [1.2].") == reader.end(cut=False) == []


def test_a_model_that_repeats_what_has_no_ids_is_stopped() -> None:
    reader = DraftReader(KNOWN, 6)
    reader.feed("Nobody knows why that is. " * 6)
    assert (reader.done, reader.declined) == (True, False)


@pytest.mark.parametrize("junk", ["\n", "x", "word ", "[", "<b", "{", '{"a', "🎉", "a. B"])
def test_a_model_that_never_comes_to_an_end_is_stopped(junk: str) -> None:
    reader = DraftReader(KNOWN, 6)
    for _ in range(100_000 // len(junk)):
        if reader.done:
            break
        reader.feed(junk)
    assert reader.end(cut=True) == []


def test_enough_is_enough() -> None:
    reader = DraftReader(KNOWN, 2)
    assert reader.feed("The bridge is shut [1.1]. Buses take the tunnel [1.2]. Ferries") == TWO
    assert reader.done
    assert reader.feed(" run [1.3].") == reader.end(cut=False) == []


def test_a_sentence_comes_as_soon_as_the_next_one_begins() -> None:
    reader = DraftReader(KNOWN, 4)
    assert reader.feed("The bridge is shut [1.1].") == []
    assert reader.feed(" ") == []
    assert reader.feed("B") == [SHUT]
    assert reader.feed("uses take the tunnel [1.2].\n") == [BUSES]


@pytest.mark.parametrize(
    ("output", "kept"),
    [
        pytest.param("The bridge is shut [1.1]. Buses take the tun", [SHUT], id="in a word"),
        pytest.param("The bridge is shut [1.1]. Buses take the tunnel [1.", [SHUT], id="in an id"),
        pytest.param("The bridge is shut [1.1]. Buses take the tunnel [1.2]", [SHUT], id="where it may have gone on"),
        pytest.param("The bridge is shut [1.1]. Buses take the tunnel [1.2].", TWO, id="behind the full stop"),
        pytest.param("The bridge is shut. [1.1] Buses take the tunnel. [1.2]", TWO, id="behind the ids"),
        pytest.param("The bridge is shut [1.1].\nBuses take the tunnel.", [SHUT], id="before the ids"),
        pytest.param("<think>The bridge is shut [1.1].", [], id="in thoughts"),
    ],
)
def test_of_a_cut_output_the_unfinished_sentence_is_left_out(output: str, kept: list[DraftSentence]) -> None:
    assert read(output, cut=True).sentences == kept


def test_what_a_model_repeats_of_its_prompt_is_no_answer() -> None:
    echo = f"BEGIN {MARKER}\nArticle: Bridge\n[1.3] The council met.\nEND {MARKER}\n\n"
    assert read(f"{echo}The bridge is shut [1.1]. Buses take the tunnel [1.2].").sentences == TWO
    assert read(f"BEGIN {MARKER}\n[1.3] The council met.\n[1.4] It rained.").sentences == []


_PARTS = (
    "The bridge is shut|Buses run|[1.1]|[1.2, 2.1]|(1.3)|[9.9]|[2]|[|]|(|)|. |.|! |? |\n|\n\n| |,|: |Source:|Sources:\n"
    "|Question: |NONE|None|**|# |- |1. |2. |`|```json\n|```|{\"answer\": \"|\"}|[\"|\"]|\\n|<think>|</think>|<b>|<|>|"
    "<|im_end|>|<|channel|>|<|message|>|final|https://x.example|[a](b)|@name|/cmd|\u200b|\u202e|。|桥关闭了|e.g. |Mr. |3. |"
    "5.5|según|According to |states that |BEGIN |END |3f9a2c81d4e5b607|…|”|“|\"|'|_|__|~~|||😀|ы|.com|\\|{|}"
).replace("<|", "<\0").replace("|>", "\0>")  # fmt: skip
PARTS = st.sampled_from([part.replace("\0", "|") for part in _PARTS.split("|")])
OUTPUTS = st.lists(st.one_of(PARTS, st.text(max_size=6)), max_size=30).map("".join)


@settings(max_examples=80, deadline=None)
@given(OUTPUTS, st.integers(1, 40), st.booleans())
def test_how_an_output_is_cut_into_pieces_makes_no_difference(output: str, pieces: int, cut: bool) -> None:
    assert read(output, pieces=pieces, cut=cut) == read(output, pieces=1, cut=cut)


@settings(max_examples=120, deadline=None)
@given(OUTPUTS, st.booleans())
def test_nothing_but_prose_and_known_ids_comes_out(output: str, cut: bool) -> None:
    for sentence in read(output, pieces=50, cut=cut).sentences:
        assert 1 < len(sentence.text) <= 600
        assert not LINK.search(sentence.text)
        assert MARKER not in sentence.text
        assert not regex.search(r"[\[(【（［]\s*\d{1,3}(?:\.\d{1,3})?\s*[\])】）］]|\[[\d.,\s]*\]", sentence.text)
        assert not regex.search(r"[*`\\|\n]|~~|__|</?\p{L}[^<>]{0,80}>|<\||\p{Cc}|\p{Co}|[\u200b\u202e]", sentence.text)
        assert 1 <= len(sentence.ids) == len(set(sentence.ids)) <= MOST_IDS
        assert set(sentence.ids) <= KNOWN


_LINKING = (
    "The city |is shut|see |evil.com|EVIL.COM|a.b.co.uk|t.me/x|https://x.y|http://|www.a.de|@abcde|mail@x.org|x@y|#tag|#1"
    "|#тег|/start|/a@b|1.2.3.4:80|localhost:80|tg://x|tonsite://x|пример.рф|example.museum|x.cash|main.py|e.g. |U.S. "
    "|p.m.|. |, | "
    "|: |(|)|-|–|/|and/or|1/2|§|AT&T|mailto:a@b.c|xn--p1ai.xn--p1ai|bücher.de|[1.1]|[see](http://x.y)"
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(_LINKING.split("|")), max_size=8).map("".join))
def test_telegram_makes_a_link_of_nothing_that_comes_out(output: str) -> None:
    """Asks Telegram's own parser, which marks addresses and names in plain text, too."""
    for sentence in read(f"{output} [1.1].").sentences:
        marked = {entity["type"] for entity in found_in(sentence.text)}
        assert marked.isdisjoint({"url", "email", "mention", "hashtag", "bot_command", "text_link"})


def test_reading_a_token_takes_no_time_worth_speaking_of() -> None:
    """The lesser of two readings, as the machine may be busy: the issue allows 0.2 ms a token."""
    tokens = [f" word{n}" if n % 15 else f" [1.{n % 4 + 1}]." for n in range(1, 4001)]

    def spent() -> float:
        reader = DraftReader(KNOWN, 10_000)
        started = time.thread_time()
        for token in tokens:
            reader.feed(token)
        return (time.thread_time() - started) / len(tokens)

    assert min(spent() for _ in range(2)) < 0.0001

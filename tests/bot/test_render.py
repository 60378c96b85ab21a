"""Answers as messages, checked with Telegram's own parser."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.render import render
from bot.text import Message, clean, render_text, units
from ingest.normalize import canonical_text
from retrieval.models import Answer, NearArticle, Period, Quote
from tests.fakes import answered, not_found, quote
from tests.telegram.parser import Parsed, parse

NASTY = (
    "<b>",
    "</blockquote>",
    "&amp;",
    "&",
    "\ud800",
    "\u202e",
    "\x00",
    "👩‍👩‍👧‍👦",
    "e\u0301",
    "\n",
    " ",
    "</a>",
    '"',
    "文",
)
anything = st.text(st.characters())
nasty = st.lists(st.sampled_from(NASTY) | anything, max_size=8).map("".join)
long_text = st.builds(lambda part, times: (part * times)[:20_000], nasty, st.sampled_from([1, 1, 1, 40, 2_000]))
words = nasty | long_text
addresses = st.none() | words | st.builds("https://news.example/{}".format, nasty)
quotes = st.builds(
    Quote, n=st.integers(1, 3), text=words, article_id=anything, title=words, url=addresses, source=st.none() | words,
    author=st.none() | words, published=st.none() | words | st.dates().map(str), start=st.just(0), end=st.just(1),
    score=st.just(0.5),
)  # fmt: skip
near = st.builds(NearArticle, article_id=anything, title=words, published=st.none() | words, url=addresses)
periods = st.builds(Period, st.none() | st.dates().map(str) | words, st.none() | st.dates().map(str) | words)
answers = st.builds(
    Answer, status=st.sampled_from(["answered", "not_found", "clarify", "chat", "error"]), text=words, question=words,
    quotes=st.lists(quotes, max_size=4).map(tuple), nearest=st.lists(near, max_size=8).map(tuple), period=periods,
    notices=st.lists(words, max_size=3).map(tuple),
)  # fmt: skip


def checked(messages: list[Message]) -> list[Parsed]:
    """Parse messages as Telegram does; fail if it would refuse or spoil one."""
    parsed = []
    for message in messages:
        assert len(message.html.encode()) <= 32_768
        result = parse(message.html, "HTML")
        assert result.text == message.plain
        assert result.text.strip()
        assert units(result.text) <= 4096
        assert len(result.entities) <= 100
        parsed.append(result)
    assert parsed
    return parsed


def blockquotes(messages: list[Parsed]) -> list[str]:
    return [text for message in messages for text in message.slices("ExpandableBlockQuote")]


@settings(max_examples=150, deadline=None)
@given(answers)
@example(answered("?", "x" * 5000))
@example(answered("?", "👍" * 5000))
@example(answered("?", "&" * 9000))
@example(answered("?", "e" + "\u0301" * 9000))
@example(replace(not_found("?"), nearest=(NearArticle("a", "&" * 300, None, "https://a.example/" + "&" * 900),) * 9))
def test_no_answer_is_refused_by_telegram_or_loses_a_quote(answer: Answer) -> None:
    messages = checked(render(answer))
    if answer.status == "answered" and answer.quotes:
        assert "".join(blockquotes(messages)) == "".join(clean(quote.text) for quote in answer.quotes)


@settings(max_examples=100, deadline=None)
@given(words)
def test_no_plain_text_is_refused_or_loses_a_word(text: str) -> None:
    messages = checked(render_text(text))
    assert not any(message.entities for message in messages)
    said = "".join("".join(message.text.split()) for message in messages)
    assert said == ("".join(clean(text).split()) or "Thereisnothingtosay.")


@given(anything)
def test_text_as_it_is_stored_is_sent_letter_by_letter(text: str) -> None:
    assert clean(canonical_text(text)) == canonical_text(text)


def test_a_quote_shows_number_title_source_author_and_date() -> None:
    (message,) = checked(render(answered("?", "The bridge is closed.", "It opens in May.")))
    assert message.text == (
        "1. Harbour bridge closes for repairs\nHarbour Post · Ada Brook · 3 March 2026\nThe bridge is closed.\n\n"
        "2. Harbour bridge closes for repairs\nHarbour Post · Ada Brook · 3 March 2026\nIt opens in May."
    )
    assert blockquotes([message]) == ["The bridge is closed.", "It opens in May."]
    assert [url for _, url in message.links()] == [
        "https://news.example/articles/1#:~:text=The%20bridge%20is%20closed.",
        "https://news.example/articles/2#:~:text=It%20opens%20in%20May.",
    ]


def test_what_an_article_lacks_is_left_out() -> None:
    bare = replace(quote("Closed."), title=" ", url=None, source=None, author=None, published=None)
    (message,) = checked(render(replace(answered("?"), quotes=(bare,))))
    assert message.text == "1. Untitled\nClosed."
    assert message.links() == []


def test_notices_stand_behind_the_quotes() -> None:
    (message,) = checked(render(replace(answered("?", "Closed."), notices=("The index is being repaired.",))))
    assert message.text.endswith("Closed.\n\nThe index is being repaired.")


def test_a_title_of_absurd_length_is_shortened() -> None:
    long = replace(quote("Closed."), title="Harbour " * 1000)
    (message,) = checked(render(replace(answered("?"), quotes=(long,))))
    assert message.text.splitlines()[0].endswith("Harbour…")
    assert len(message.text.splitlines()[0]) <= 203


def test_quotes_that_do_not_fit_together_are_sent_apart() -> None:
    texts = ["one " * 600, "two " * 600, "three " * 100]
    first, second = checked(render(answered("?", *texts)))
    assert blockquotes([first]) == texts[:1]
    assert blockquotes([second]) == texts[1:]


def test_a_quote_longer_than_a_message_is_continued() -> None:
    text = "The bridge is closed. " * 300
    first, second = checked(render(answered("?", text)))
    assert second.text.startswith("1, continued\nThe bridge is closed. ")
    assert "".join(blockquotes([first, second])) == text


def test_a_refusal_without_near_articles_is_what_the_core_says() -> None:
    answer = Answer("not_found", "There are no articles yet; add some with python -m ingest PATH.", "?")
    (message,) = checked(render(answer))
    assert message.text == answer.text

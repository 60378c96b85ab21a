"""Answers as messages, checked with Telegram's own parser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.views import buttons
from bot.views.buttons import Press
from bot.views.render import REASONS, answer_keyboard, reasons_keyboard, refusal_keyboard, render, render_more
from bot.views.text import Button, Keyboard, Message, bold, clean, linked, pack, render_text, run, units
from bot.views.words import Words, words_for
from ingest.normalize import canonical_text
from retrieval.models import Answer, Claim, Located, NearArticle, Period, Quote, Span
from retrieval.wording import LEFT_OUT, WHAT_IS_MEANT, WHICH_ARTICLE
from retrieval.wording import answered as plainly
from tests.bot.views.untrusted import page_numbers, remarks
from tests.fakes import LONG_CHOICES, answered, not_found, quote
from tests.telegram.parser import Parsed, parse

EN, RU = words_for("en"), words_for("ru")
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
    "{ $n }",
)
anything = st.text(st.characters())
nasty = st.lists(st.sampled_from(NASTY) | anything, max_size=8).map("".join)
long_text = st.builds(lambda part, times: (part * times)[:20_000], nasty, st.sampled_from([1, 1, 1, 40, 2_000]))
texts = nasty | long_text
names = st.none() | texts
days = st.none() | st.dates().map(str) | texts
addresses = st.none() | texts | st.builds("https://news.example/{}".format, nasty)
numbers = st.integers(1, 12)
located = {"text": texts, "article_id": anything, "title": texts, "url": addresses, "source": names, "author": names,
           "published": days, "start": st.just(0), "end": st.just(1), "score": st.just(0.5),
           "version": st.just(1), "page": page_numbers, "last_page": page_numbers, **remarks}  # fmt: skip
spans = st.builds(Span, st.integers(-1, 60), st.integers(-1, 60))
quotes = st.builds(Quote, n=numbers, marks=st.lists(spans, max_size=3).map(tuple), **located)
passages = st.builds(Located, **located)
claims = st.builds(Claim, text=texts, quotes=st.lists(numbers, max_size=4).map(tuple), supported=st.booleans())
near = st.builds(
    NearArticle, article_id=anything, title=texts, published=days, url=addresses, published_guessed=st.booleans()
)
answers = st.builds(
    Answer, status=st.sampled_from(["answered", "answered", "not_found", "clarify", "chat", "error"]), text=texts,
    question=texts, mode=st.sampled_from(["quotes", "written"]), quotes=st.lists(quotes, max_size=4).map(tuple),
    claims=st.lists(claims, max_size=4).map(tuple), nearest=st.lists(near, max_size=8).map(tuple),
    passages=st.lists(passages, max_size=1).map(tuple), period=st.builds(Period, days, days),
    notices=st.lists(texts, max_size=3).map(tuple), choices=st.lists(texts, max_size=4).map(tuple),
)  # fmt: skip
speakers = st.sampled_from([EN, RU])


def checked(messages: list[Message]) -> list[Parsed]:
    """Parse messages as Telegram does; fail if it would refuse or spoil one."""
    assert messages
    return [checked_one(message) for message in messages]


def checked_one(message: Message) -> Parsed:
    """Parse a message as Telegram does; fail if it would refuse or spoil it."""
    assert len(message.html.encode()) <= 32_768
    result = parse(message.html, "HTML")
    assert result.text == message.plain
    assert result.text.strip()
    assert units(result.text) <= 4096
    assert len(result.entities) <= 100
    return result


def blockquotes(messages: list[Parsed]) -> list[str]:
    return [text for message in messages for text in message.slices("ExpandableBlockQuote")]


def quoted(messages: list[Parsed]) -> str:
    return "".join(blockquotes(messages))


@settings(max_examples=100, deadline=None)
@given(answers, speakers, st.lists(texts, max_size=2), texts)
@example(answered("?", "x" * 5000), EN, [], "")
@example(answered("?", "👍" * 5000), RU, [], "")
@example(answered("?", "&" * 9000), EN, ["&" * 5000], "&" * 5000)
@example(answered("?", "e" + "\u0301" * 9000), RU, [], "")
@example(replace(not_found("?"), nearest=(NearArticle("a", "&" * 300, None, "https://a.example/" + "&" * 900),) * 9),
         RU, [], "")  # fmt: skip
def test_no_answer_is_refused_by_telegram_or_loses_a_quote(
    answer: Answer, words: Words, notices: list[str], focus: str
) -> None:
    messages = checked(render(answer, words, notices=notices, focus=focus))
    if answer.status == "answered" and answer.quotes:
        assert quoted(messages) == "".join(clean(quote.text) for quote in answer.quotes)
    if clean(focus).strip():
        assert messages[-1].text.endswith(words("unfocus"))


@settings(max_examples=50, deadline=None)
@given(st.lists(quotes, min_size=1, max_size=4), speakers, texts)
def test_no_further_quote_is_refused_by_telegram_or_lost(more: list[Quote], words: Words, focus: str) -> None:
    assert quoted(checked(render_more(more, words, focus=focus))) == "".join(clean(quote.text) for quote in more)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_no_plain_text_is_refused_or_loses_a_word(text: str) -> None:
    messages = render_text(text)
    assert not any(checked_one(message).entities for message in messages)
    assert "".join("".join(message.plain.split()) for message in messages) == "".join(clean(text).split())


@settings(max_examples=50, deadline=None)
@given(texts, addresses, texts)
def test_any_title_can_be_a_link_or_bold(title: str, url: str | None, words_of_page: str) -> None:
    line = run("1. ") + bold(linked(title[:300], url, words_of_page))
    assert checked_one(line).text == "1. " + clean(title[:300])


@given(st.text(st.characters(exclude_characters="\u030a\u0333\u033f")))  # marks that Telegram does not show
def test_text_as_it_is_stored_is_sent_letter_by_letter(text: str) -> None:
    assert clean(canonical_text(text)) == canonical_text(text)


def marked(text: str, *words: str) -> Answer:
    """An answer of one quote in which words are marked."""
    (quote,) = answered("?", text).quotes
    starts = [(quote.start + text.index(word), word) for word in words]
    spans = tuple(Span(start, start + len(word)) for start, word in starts)
    return replace(answered("?", text), quotes=(replace(quote, marks=spans),))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("It opened on 3 May 1998.", ["3 May 1998"], id="date"),
        pytest.param("<b> & 3 < 4 > 2", ["3 < 4"], id="escaped"),
        pytest.param("\u202e\ufeffIt was\r\n <b>Ada</b>.", ["Ada"], id="behind what is not shown"),
        pytest.param("👍 Ada met Tom 👍", ["Ada", "Tom"], id="two, between characters of two units"),
        pytest.param("x" * 4_500 + " Ada " + "y" * 100, ["Ada"], id="in the second part of a long quote"),
    ],
)
def test_the_words_that_answer_are_bold_inside_the_quotation(text: str, words: list[str]) -> None:
    messages = checked(render(marked(text, *words), EN))
    assert quoted(messages) == clean(text)
    title = "Harbour bridge closes for repairs"
    bold_texts = [part for message in messages for part in message.slices("Bold") if title not in part]
    assert bold_texts == words


def test_marks_that_hold_nothing_are_not_shown() -> None:
    (message,) = checked(render(marked("Ada came.", " "), EN))
    assert quoted([message]) == "Ada came."
    assert len(message.slices("Bold")) == 1


def test_a_quote_shows_number_title_source_author_and_date() -> None:
    (message,) = checked(render(answered("?", "The bridge is closed.", "It opens in May."), EN))
    assert message.text == (
        "1. Harbour bridge closes for repairs\nHarbour Post · Ada Brook · 3 March 2026\nThe bridge is closed.\n\n"
        "2. Harbour bridge closes for repairs\nHarbour Post · Ada Brook · 3 March 2026\nIt opens in May."
    )
    assert blockquotes([message]) == ["The bridge is closed.", "It opens in May."]
    assert [url for _, url in message.links()] == [
        "https://news.example/articles/1#:~:text=The%20bridge%20is%20closed.",
        "https://news.example/articles/2#:~:text=It%20opens%20in%20May.",
    ]


@pytest.mark.parametrize(
    ("words", "remarked", "line"),
    [
        pytest.param(EN, {"page": 4, "last_page": 4}, "3 March 2026 · p. 4", id="page"),
        pytest.param(EN, {"page": 4, "last_page": 5}, "3 March 2026 · pp. 4–5", id="over a page's end"),
        pytest.param(RU, {"page": 4, "last_page": 4}, "3 марта 2026 · с. 4", id="page in Russian"),
        pytest.param(RU, {"page": 4, "last_page": 1205}, "3 марта 2026 · с. 4–1205", id="pages in Russian"),
        pytest.param(EN, {"published_guessed": True}, "about 3 March 2026", id="guessed date"),
        pytest.param(RU, {"published_guessed": True}, "предположительно 3 марта 2026", id="guessed date in Russian"),
        pytest.param(
            EN, {"gone_since": "2026-05-20"}, "3 March 2026 · gone from its source since 20 May 2026", id="gone"
        ),
        pytest.param(
            RU, {"gone_since": "2026-05-20"}, "3 марта 2026 · нет в источнике с 20 мая 2026", id="gone, in Russian"
        ),
    ],
)
def test_the_line_under_a_title_says_page_guess_and_that_it_is_gone(
    words: Words, remarked: dict[str, Any], line: str
) -> None:
    quotes = (replace(quote("Closed."), **remarked),)
    (message,) = checked(render(replace(answered("?"), quotes=quotes), words))
    assert message.text == f"1. Harbour bridge closes for repairs\nHarbour Post · Ada Brook · {line}\nClosed."
    assert render_more(quotes, words)[0].plain == message.text


def test_the_console_says_the_same_of_a_quote_in_english() -> None:
    remarked = replace(quote("Closed."), page=4, last_page=5, published_guessed=True, gone_since="2026-05-20")
    (message,) = render(replace(answered("?"), quotes=(remarked,)), EN)
    assert message.plain.splitlines()[1] == plainly([remarked]).splitlines()[1].strip()


def test_a_document_with_pages_is_opened_at_the_page_of_the_quote() -> None:
    paged = replace(quote("Closed."), url="https://news.example/report.pdf#zoom=200", page=4, last_page=5)
    (message,) = checked(render(replace(answered("?"), quotes=(paged,)), EN))
    assert [url for _, url in message.links()] == ["https://news.example/report.pdf#page=4"]


def test_a_near_article_says_that_its_date_is_a_guess() -> None:
    near = NearArticle("a", "Bridge", "2026-03-03", published_guessed=True)
    (message,) = checked(render(replace(not_found("?"), nearest=(near,)), EN))
    assert "• Bridge (about 3 March 2026)" in message.text


def test_what_an_article_lacks_is_left_out() -> None:
    bare = replace(quote("Closed."), title=" ", url=None, source=None, author=None, published=None)
    (message,) = checked(render(replace(answered("?"), quotes=(bare,)), EN))
    assert message.text == "1. Untitled\nClosed."
    assert message.links() == []


def test_an_answer_is_in_the_reader_s_language() -> None:
    untitled = replace(quote("Closed."), title=" ", url=None)
    (message,) = checked(render(replace(answered("?"), quotes=(untitled,)), RU))
    assert message.text == "1. Без названия\nHarbour Post · Ada Brook · 3 марта 2026\nClosed."


def test_notices_and_the_focus_stand_around_the_quotes() -> None:
    answer = replace(answered("?", "Closed."), notices=("The index is being repaired.",))
    (message,) = checked(render(answer, EN, notices=["Sorry for the wait."], focus="Harbour Post"))
    first, _, second, last = message.text.split("\n\n")
    assert first == "Sorry for the wait."
    assert second == "The index is being repaired."
    assert last == "Only in: Harbour Post\n/unfocus – ask all articles"
    assert message.slices("Italic") == [
        first,
        "Harbour Post · Ada Brook · 3 March 2026",
        second,
        "Only in: Harbour Post",
    ]


def test_a_title_of_absurd_length_is_shortened() -> None:
    long = replace(quote("Closed."), title="Harbour " * 1000)
    (message,) = checked(render(replace(answered("?"), quotes=(long,)), EN))
    assert message.text.splitlines()[0].endswith("Harbour…")
    assert len(message.text.splitlines()[0]) <= 203


def test_quotes_that_do_not_fit_together_are_sent_apart() -> None:
    sentences = ["one " * 600, "two " * 600, "three " * 100]
    first, second = checked(render(answered("?", *sentences), EN))
    assert blockquotes([first]) == sentences[:1]
    assert blockquotes([second]) == sentences[1:]


def test_a_quote_longer_than_a_message_is_continued() -> None:
    text = "The bridge is closed. " * 300
    first, second = checked(render(answered("?", text), EN))
    assert second.text.startswith("1, continued\nThe bridge is closed. ")
    assert "".join(blockquotes([first, second])) == text


def test_further_quotes_keep_their_numbers() -> None:
    (message,) = checked(render_more([quote("It opens in May.", 4), quote("The ferry runs.", 5)], EN, focus="2026"))
    assert [line[:3] for line in message.slices("Bold")] == ["4. ", "5. "]
    assert message.text.endswith("Only in: 2026\n/unfocus – ask all articles")


def test_without_further_quotes_nothing_is_said() -> None:
    assert render_more([], EN, focus="Harbour Post") == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(
            EN,
            "The articles do not say.\n\nNearest articles:\n• Harbour bridge closes for repairs (3 March 2026)\n\n"
            "The articles cover 3 March 2024 to 5 May 2026.",
            id="English",
        ),
        pytest.param(
            RU,
            "В статьях нет ответа на этот вопрос.\n\nБлиже всего по теме:\n"
            "• Harbour bridge closes for repairs (3 марта 2026)\n\n"
            "Статьи охватывают период: 3 марта 2024 – 5 мая 2026.",
            id="Russian",
        ),
    ],
)
def test_a_refusal_names_the_nearest_articles_and_the_period(words: Words, expected: str) -> None:
    (message,) = checked(render(not_found("?"), words))
    assert message.text == expected
    assert message.links() == [("Harbour bridge closes for repairs", "https://news.example/articles/1")]


passage = Located("Closed.", "a", "Bridge", None, None, None, None, 0, 7, 0.5, 1)
refusal = Answer("not_found", "There are no articles yet in /srv/data.", "?")


@pytest.mark.parametrize(
    ("answer", "focus", "expected"),
    [
        pytest.param(refusal, "", "There are no articles yet. Whoever runs me adds them with citegram-ingest; then ask "
                     "again.", id="no articles"),
        pytest.param(refusal, "2031", "There are no articles where you want me to look.\n\nOnly in: 2031\n/unfocus – ask "
                     "all articles", id="none in the focus"),
        pytest.param(replace(refusal, passages=(passage,)), "", "The articles do not say.", id="none is near"),
        pytest.param(Answer("clarify", "Which bridge do you mean?", "?"), "", "Which bridge do you mean?", id="clarify"),
        pytest.param(Answer("clarify", WHICH_ARTICLE, "?", choices=("The bridge?", "The whale?")), "", "Which article do "
                     "you mean?", id="clarify with choices"),
        pytest.param(Answer("clarify", WHAT_IS_MEANT, "?", choices=LONG_CHOICES), "", "What do you mean?\n\n1. "
                     f"{LONG_CHOICES[0]}\n2. {LONG_CHOICES[1]}", id="clarify with long choices"),
        pytest.param(Answer("chat", "Hello!", "?"), "", "Hello!", id="chat"),
        pytest.param(Answer("chat", " \n", "?"), "", EN("failed"), id="chat without a word"),
        pytest.param(Answer("error", "trouble", "?", error="disk"), "", EN("failed"), id="error"),
        pytest.param(Answer("answered", "An answer of its own.", "?"), "", "An answer of its own.", id="no quotes"),
    ],
)  # fmt: skip
def test_an_answer_without_quotes_says_what_it_can(answer: Answer, focus: str, expected: str) -> None:
    (message,) = checked(render(answer, EN, focus=focus))
    assert message.text == expected


def test_a_written_answer_stands_above_its_quotes_with_their_numbers() -> None:
    written = (Claim("The bridge is closed.", (1, 2), True), Claim("It reopens in May.", (2, 7), True))
    answer = replace(answered("?", "Closed.", "Open in May."), mode="written", claims=written)
    (message,) = checked(render(answer, EN))
    assert message.text.split("\n\n")[0] == "The bridge is closed. [1][2] It reopens in May. [2]"
    assert blockquotes([message]) == ["Closed.", "Open in May."]
    assert "⚠" not in message.text


def test_a_claim_that_its_quotes_do_not_support_is_marked() -> None:
    written = (Claim("The bridge is closed.", (1,), True), Claim("It cost 5 million.", (1,), False))
    answer = replace(answered("?", "Closed."), mode="written", claims=written)
    (message,) = checked(render(answer, RU))
    said, legend = message.text.split("\n\n")[:2]
    assert said == "The bridge is closed. [1] It cost 5 million. [1] ⚠"
    assert legend == RU("unsupported")


def test_a_written_answer_keeps_its_bold_words_and_ends_with_what_was_left_out() -> None:
    answer = marked("It opened on 3 May 1998.", "3 May 1998")
    claims = (Claim("The bridge opened in 1998.", (1,), True),)
    (message,) = checked(render(replace(answer, mode="written", claims=claims, notices=(LEFT_OUT,)), RU))
    first, *_, last = message.text.split("\n\n")
    assert first == "The bridge opened in 1998. [1]"
    assert "3 May 1998" in message.slices("Bold")
    assert last == "Предложения, не подтверждённые цитатами, опущены."


def shown(keyboard: Keyboard) -> list[list[str]]:
    return [[button.text for button in row] for row in keyboard]


def pressed(keyboard: Keyboard) -> list[Press | None]:
    return [buttons.read(button.data) for row in keyboard for button in row]


def test_under_one_quote_stand_its_context_the_sources_and_the_votes() -> None:
    keyboard = answer_keyboard(17, [quote("Closed.", 4)], EN, more=True)
    assert shown(keyboard) == [["Context"], ["Sources", "More"], ["👍", "👎"]]
    assert pressed(keyboard) == [
        Press("c", (17, 4)), Press("s", (17,)), Press("m", (17, 5)), Press("v", (17, 1, 4, 4)), Press("v", (17, 0, 4, 4)),
    ]  # fmt: skip


def test_under_several_quotes_every_context_has_its_number() -> None:
    several = [quote(text, n) for n, text in enumerate("abcd", 1)]
    keyboard = answer_keyboard(17, several, RU, more=False)
    assert shown(keyboard) == [
        ["Контекст 1", "Контекст 2", "Контекст 3"], ["Контекст 4"], ["Источники"], ["👍", "👎"],
    ]  # fmt: skip
    assert pressed(keyboard)[:4] == [Press("c", (17, n)) for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("url", "offered"),
    [
        pytest.param(None, True, id="no address"),
        pytest.param("file:///srv/articles/1.txt", True, id="an address that opens nothing"),
        pytest.param("https://news.example/1", False, id="a page"),
    ],
)
def test_the_full_text_is_offered_of_articles_without_a_page(url: str | None, offered: bool) -> None:
    keyboard = answer_keyboard(17, [replace(quote("Closed.", 2), url=url)], EN, more=False)
    assert (["Full text"] in shown(keyboard)) == offered
    assert (Press("f", (17, 2)) in pressed(keyboard)) == offered


def test_the_full_text_is_offered_of_an_article_whose_page_is_gone() -> None:
    gone = replace(quote("Closed.", 2), gone_since="2026-05-20")
    keyboard = answer_keyboard(17, [quote("Open.", 1), gone], EN, more=False)
    assert shown(keyboard)[1] == ["Full text 2"]


def test_buttons_keep_to_the_numbers_that_the_message_is_of_when_some_of_its_quotes_are_gone() -> None:
    keyboard = answer_keyboard(17, [quote("Closed.", 5)], EN, more=True, shown=(4, 6))
    assert pressed(keyboard) == [
        Press("c", (17, 5)), Press("s", (17,)), Press("m", (17, 7)), Press("v", (17, 1, 4, 6)), Press("v", (17, 0, 4, 6)),
    ]  # fmt: skip


def test_the_full_text_of_an_article_is_offered_once() -> None:
    here, there = replace(quote("a", 1), url=None), replace(quote("c", 3), url=None)
    keyboard = answer_keyboard(17, [here, replace(here, n=2), there, quote("d", 4)], EN, more=False)
    assert shown(keyboard)[2] == ["Full text 1", "Full text 3"]


@pytest.mark.parametrize(
    ("verdict", "votes"),
    [
        pytest.param("", ["👍", "👎"], id="not rated"),
        pytest.param("up", ["👍 ✓", "👎"], id="up"),
        pytest.param("down", ["👍", "👎 ✓"], id="down"),
    ],
)
def test_the_reader_s_vote_is_marked(verdict: str, votes: list[str]) -> None:
    assert shown(answer_keyboard(17, [quote("a")], EN, more=False, verdict=verdict))[-1] == votes
    assert shown(refusal_keyboard(17, EN, verdict=verdict)) == [["Sources"], votes]


def test_four_reasons_are_offered() -> None:
    keyboard = reasons_keyboard(17, EN, (4, 6))
    assert shown(keyboard) == [["Not what I asked", "Something is missing"], ["Out of date", "Something else"]]
    assert pressed(keyboard) == [Press("r", (17, n, 4, 6)) for n in range(len(REASONS))]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 2**53), st.lists(quotes, max_size=10), speakers, st.booleans())
def test_any_keyboard_is_within_telegram_s_limits(answer_id: int, below: list[Quote], words: Words, more: bool) -> None:
    keyboards = (answer_keyboard(answer_id, below, words, more=more), refusal_keyboard(answer_id, words),
                 reasons_keyboard(answer_id, words))  # fmt: skip
    for keyboard in keyboards:
        assert all(1 <= len(row) <= 8 for row in keyboard)
        every = [button for row in keyboard for button in row]
        assert len(every) <= 100
        assert all(button == Button(button.text.strip(), button.data) and button.text for button in every)
        assert all(buttons.read(button.data) for button in every)
        assert all(len(button.data.encode()) <= buttons.MAX_DATA for button in every)


def test_a_block_that_no_message_can_hold_is_sent_as_plain_text() -> None:
    first, second = checked(pack([bold(run("word " * 1000))]))
    assert f"{first.text} {second.text}".split() == ["word"] * 1000
    assert first.entities == second.entities == ()

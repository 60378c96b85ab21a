import pytest

from ingest.sources.bylines import without_byline
from ingest.sources.decode import Decoded
from ingest.sources.furniture import is_furniture, is_more, is_path, is_pointer
from ingest.sources.html import read_html
from ingest.sources.reading import parse_page, reading_text
from ingest.sources.surroundings import drop_menus, drop_surroundings
from ingest.sources.titles import below_title

ARTICLE = "<p>" + "The text of the article, which is longer than what stands around it. " * 6 + "</p>"


def paragraph(number: int) -> str:
    return f"<p>{f'Paragraph {number} says what the other paragraphs of this guide do not say. ' * 3}</p>"


def left(body: str) -> str:
    root = parse_page(f"<html><body>{body}</body></html>")
    drop_surroundings(root)
    return reading_text(root.body)


@pytest.mark.parametrize(
    "around",
    [
        pytest.param("<div class='cookie-banner'>We use cookies</div>", id="consent"),
        pytest.param("<div id=onetrust-consent-sdk>Partners</div>", id="consent by its maker"),
        pytest.param("<div class=shareButtons>Like it</div>", id="sharing in one word"),
        pytest.param("<section class='article__related'>Other stories</section>", id="related"),
        pytest.param("<div role=navigation>Somewhere</div>", id="role"),
        pytest.param("<div aria-modal=true>Stay a while</div>", id="in front of the page"),
        pytest.param("<p>Share this article</p>", id="a line about sharing"),
        pytest.param("<p>ADVERTISEMENT</p>", id="advertisement"),
        pytest.param("<p>Читать далее →</p>", id="read more in Russian"),
        pytest.param("<p><a href=/>Facebook</a> | <a href=/>X</a></p>", id="buttons"),
        pytest.param("<p>Read also: <a href=/>What the thieves left behind</a></p>", id="pointer"),
        pytest.param("<p><a href=/>Home</a> › <a href=/>News</a> › City</p>", id="path"),
        pytest.param("<a href=#main>Skip to content</a>", id="skip"),
        pytest.param("<p>© 2026 The Post. All rights reserved.</p>", id="rights"),
    ],
)
def test_what_stands_around_goes(around: str) -> None:
    assert left(f"{around}{ARTICLE}") == left(ARTICLE) == left(f"{ARTICLE}{around}")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<p>Press <b>Share</b>, then <b>Read more</b>.</p>", id="names of buttons in a sentence"),
        pytest.param("<ul><li>Share</li><li>Print</li></ul>", id="names of buttons in a list"),
        pytest.param("<p>Read more: it is good for you, said the mayor.</p>", id="a sentence, not a link"),
        pytest.param("<p>The <a href=/>advertisement</a> was late.</p>", id="a link in a sentence"),
        pytest.param("<div class=share><h1>Title</h1><p>All there is.</p></div>", id="the whole page is called so"),
        pytest.param("<div class='content has-sidebar'><p>All there is.</p></div>", id="most of the page"),
        pytest.param("<form><h1>Title</h1><p>All there is.</p></form>", id="a form around all"),
        pytest.param(
            f"<p>He was a rather <a class=popup>piratical</a> man of about twenty-five.</p>{ARTICLE}",
            id="words with a note",
        ),
        pytest.param(
            f"<p><a class=popup>This appeal</a> was hardly to be resisted by those who heard it.</p>{ARTICLE}",
            id="the first words",
        ),
        pytest.param(
            f"<p>On the shore they found bones and pieces of <a class=related>whales</a></p>{ARTICLE}",
            id="the last words",
        ),
        pytest.param(
            f"<p>One <b><i class=share>third share</i></b> of what they had found on the shore is hers.</p>{ARTICLE}",
            id="words within emphasis",
        ),
    ],
)
def test_what_belongs_to_the_text_stays(body: str) -> None:
    assert left(body) == reading_text(parse_page(f"<html><body>{body}</body></html>").body)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("2 April 2026 <a class=share>Send it on</a> <a class=share>Pin it</a>", id="below a date"),
        pytest.param("By Ann Lee | <span class=social>Like it</span>", id="beside a byline"),
        pytest.param("<span class=ads>Buy these</span><br>A second line of this paragraph of text.", id="on its line"),
    ],
)
def test_buttons_beside_a_few_words_go(line: str) -> None:
    text = left(f"<p>{line}</p>{ARTICLE}")
    assert not [button for button in ("Send", "Pin", "Like", "Buy") if button in text]
    assert any(kept in text for kept in ("April", "Ann", "second"))


def test_a_form_around_a_page_does_not_cost_its_text() -> None:
    assert read_html(Decoded(f"<html><body><form>{ARTICLE}<input></form></body></html>")).text.startswith("The text of")


def test_the_link_to_the_rest_goes_from_the_end_of_a_paragraph() -> None:
    assert left("<p>The bridge opened. <a href=/>Read more »</a></p>") == "The bridge opened."


def test_marks_of_references_go_and_powers_stay() -> None:
    assert (
        left("<p>Two<sup>[2]</sup> to the tenth, 2<sup>10</sup>.<sup><a>[ 3 ]</a></sup></p>")
        == "Two to the tenth, 210."
    )


def test_menus_go_unless_they_are_all_there_is() -> None:
    menu = "<ul><li><a href=/>One</a></li><li><a href=/>Two</a></li><li><a href=/>Three</a></li></ul>"
    for body, text in ((menu + ARTICLE, left(ARTICLE)), (menu, "- One\n- Two\n- Three")):
        root = parse_page(f"<html><body>{body}</body></html>")
        drop_menus(root)
        assert reading_text(root.body) == text


@pytest.mark.parametrize(
    ("line", "linked", "furniture"),
    [
        pytest.param("Share", True, True, id="a button"),
        pytest.param("Share", False, False, id="a word"),
        pytest.param("12 comments", False, True, id="count of comments"),
        pytest.param("Follow us on Telegram", False, True, id="follow"),
        pytest.param("Follow us, said the guide.", False, False, id="a sentence that begins alike"),
        pytest.param("Teilen auf Facebook", False, True, id="German"),
        pytest.param("", False, False, id="nothing"),
    ],
)
def test_lines(line: str, linked: bool, furniture: bool) -> None:
    assert is_furniture(line, linked) is furniture


def test_kinds_of_lines() -> None:
    assert is_more("Continue reading →")
    assert not is_more("Continue reading about ships")
    assert is_pointer("Lesen Sie auch: Was im Keller liegt")
    assert is_path("Home / News / City")
    assert not is_path("Home")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("By Ann Lee\n\nText", "Text", id="name"),
        pytest.param("ANN LEE\n2 April 2026, 10:15\n\nText", "Text", id="name and date"),
        pytest.param("Bo Ek\n\nText", "Text", id="one of the names"),
        pytest.param("2026-03-15 08:30 来源：青溪日报\n\nText", "Text", id="date and source"),
        pytest.param("In 2026 the bridge will open, said the mayor.\n\nText", None, id="a sentence with a year"),
        pytest.param("Ann Lee went home.\n\nText", None, id="a sentence with a name"),
        pytest.param("2 April 2026", None, id="nothing else"),
    ],
)
def test_bylines_at_the_start_go(text: str, rest: str | None) -> None:
    assert without_byline(text, "Ann Lee, Bo Ek") == (text if rest is None else rest)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("Home\nSport\n\nBridge opens\n\nText", "Text", id="names of sections above"),
        pytest.param("It rained. Nobody came.\n\nBridge opens\n\nText", None, id="a sentence above"),
        pytest.param("Text\n\nMore", None, id="no title"),
        pytest.param("Home\n\nBridge opens", None, id="nothing below"),
    ],
)
def test_text_below_its_title(text: str, rest: str | None) -> None:
    assert below_title(text, "Bridge opens") == (text if rest is None else rest)


def test_posts_of_a_discussion_are_all_read() -> None:
    posts = "".join(f"<div class=post><p class=author>User {n}</p><p>{n} {ARTICLE[3:-4]}</p></div>" for n in range(4))
    text = read_html(Decoded(f"<html><body><h1>Stove pops</h1>{posts}</body></html>")).text
    assert all(f"{n} The text" in text for n in range(4))


def test_an_article_in_which_parts_were_lost_or_moved_is_taken_as_declared() -> None:
    code = "".join(
        f"<p>Step {n}, which is explained in this paragraph.</p><pre>run --step {n}\nx</pre>" for n in range(9)
    )
    text = read_html(Decoded(f"<html><body><main><h1>Guide</h1>{code}</main></body></html>")).text
    assert [line for line in text.split("\n") if "run" in line] == [f"run --step {n}" for n in range(9)]


def test_an_article_whose_lines_only_have_other_spaces_is_not_taken_as_declared() -> None:
    paragraphs = "".join(paragraph(n).replace("of this", "of&nbsp;this") for n in range(4))
    page = f"<html><body><article>{paragraphs}<div class=tags>Boats, harbours</div></article></body></html>"
    assert read_html(Decoded(page)).text.count("says what the other") == 12
    assert "harbours" not in read_html(Decoded(page)).text


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(f"<ul class=tags>{'<li>Boats</li>' * 20}<li>{'Harbours and boats of ' * 3}</li></ul>", id="tags"),
        pytest.param(f"<h1>{'Of harbours and of boats ' * 3}</h1><div>Boats</div>", id="the title"),
    ],
)
def test_an_article_that_lost_little_of_its_text_is_not_taken_as_declared(lost: str) -> None:
    text = "".join(map(paragraph, range(4)))
    page = f"<html><body><article>{lost}<div class=entry-content>{text}</div></article></body></html>"
    assert "Boats" not in read_html(Decoded(page)).text


@pytest.mark.parametrize(
    "lead",
    [
        pytest.param("The bridge was shut at dawn, said the mayor, and would stay so. ", id="words alone"),
        pytest.param(
            "<a>The bridge</a> was shut at dawn, said the mayor, and would <b>stay</b> so.<br>", id="with marks"
        ),
        pytest.param(
            "<h2>Storm</h2>The bridge was shut at dawn, said the mayor, and would stay so. ", id="below a heading"
        ),
    ],
)
def test_text_in_no_paragraph_is_read_where_others_are_in_one(lead: str) -> None:
    rest = "".join(map(paragraph, range(4)))
    for body in (f"{lead}{rest}", f"<div>{lead}{rest}</div>", f"<div>{rest}{lead}</div>"):
        text = read_html(Decoded(f"<html><head><title>Storm</title></head><body>{body}</body></html>")).text
        assert "The bridge was shut at dawn, said the mayor, and would stay so." in text
        assert all(f"Paragraph {n}" in text for n in range(4))


def test_listings_keep_their_lines_whatever_marks_are_in_them() -> None:
    listing = "<pre><code>def moor(boat):\n<b>return</b> boat\n\n<i>one\ntwo</i> three</code></pre>"
    text = read_html(Decoded(f"<html><body><h1>Guide</h1>{paragraph(1)}{listing}{paragraph(2)}</body></html>")).text
    assert "\n\ndef moor(boat):\nreturn boat\n\none\ntwo three\n\n" in text


def test_listings_that_were_lost_are_read_where_no_article_is_declared() -> None:
    figures = "".join(f"{paragraph(n)}<figure><pre>run --step {n}\nstop --step {n}</pre></figure>" for n in range(3))
    menu = "<div><a href=/>One</a><a href=/>Two</a><a href=/>Three</a></div>"
    text = read_html(Decoded(f"<html><body>{menu}<div><h1>Guide</h1>{figures}{paragraph(3)}</div></body></html>")).text
    assert all(f"run --step {n}\nstop --step {n}" in text for n in range(3))
    assert "Two" not in text

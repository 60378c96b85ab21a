import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.decode import Decoded
from ingest.sources.garbled import is_garbled
from ingest.sources.html import read_html
from retrieval.errors import ArticleError

ARTICLE = (
    "<p>The committee met on 12 May with nine members present, and the chair read the minutes of the meeting before.</p>"
    "<p>Waste fell from 90 to 31 grams a plate, as the cooks now ask the children on Mondays what they like.</p>"
)
LINE = "<p>Nine members of the committee were present, and the chair read the minutes of 5 May.</p>"
CAKES = "<p>The cookies need more butter.</p><button>OK</button>"
GERMAN = "<p>Der Bürgermeister öffnete die Brücke über den Fluß; “naïve”, sagte er – süß.</p>"
PAID = '<script type="application/ld+json">{"@type":"Article","isAccessibleForFree":false}</script>'
LONG = ARTICLE * 5
PASSWORD = "<form><input name=u><input type=password name=p><button>Log in</button></form>"
COOKIES = (
    "<div class=cookie-banner><p>We use cookies to measure our audience. Your consent to cookies can be withdrawn at any"
    " time.</p><button>Accept all</button><button>Reject</button></div>"
)


def page(body: str, title: str = "T", head: str = "") -> Decoded:
    return Decoded(f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>")


@pytest.mark.parametrize(
    "title",
    [
        "404 Not Found", "Error 503", "500 Internal Server Error", "Page not found", "Sorry, this page does not exist",
        "Access denied", "Attention Required! | Shield", "Just a moment...", "Are you a robot?", "Service Unavailable",
        "Seite nicht gefunden", "Страница не найдена", "Página no encontrada", "页面不存在",
    ],
)  # fmt: skip
def test_an_error_page_is_refused_by_its_title_or_heading(title: str) -> None:
    for shown in (page("<p>Try the search.</p>", title), page(f"<h1>{title}</h1><p>Try the search.</p>")):
        with pytest.raises(ArticleError, match="is an error page"):
            read_html(shown)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        pytest.param("Not found: the missing moth of Eddermoor", ARTICLE, id="a title that begins alike"),
        pytest.param("404 people on a ship for 200", LONG, id="a long article"),
        pytest.param("Access denied", LONG, id="a long article with such a title"),
        pytest.param("Log in or lose it: why passwords go", LONG, id="an article about signing in"),
        pytest.param("Minutes", PASSWORD + ARTICLE, id="an article below a sign-in form"),
        pytest.param("Minutes", "<h2>Sign in</h2>" + PASSWORD + ARTICLE * 2, id="an article below a titled sign-in form"),
        pytest.param("Minutes", COOKIES + ARTICLE, id="an article below a request for consent"),
        pytest.param("Minutes", COOKIES + LINE, id="a line"),
        pytest.param("Baking", ARTICLE + CAKES, id="other cookies"),
        pytest.param("Minutes", ARTICLE + "<noscript>Enable JavaScript to comment.</noscript>", id="scripts for comments"),
        pytest.param("Café", GERMAN, id="accents"),
    ],
)  # fmt: skip
def test_articles_are_not_refused(title: str, body: str) -> None:
    assert read_html(page(body, title)).text


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        pytest.param(page(PASSWORD, "Quayside"), "asks to sign in", id="a form alone"),
        pytest.param(page("<h1>Log in</h1><p>Use the name that you were given at the door.</p>" + PASSWORD, "Quayside"),
                     "asks to sign in", id="a form below its heading"),
        pytest.param(page("<p>Only members read this.</p>", "Sign in | Quayside"), "asks to sign in", id="by its title"),
        pytest.param(page(COOKIES), "request for consent", id="nothing but a request for consent"),
        pytest.param(page("<div id=root>Please enable JavaScript.</div>"), "its scripts have run", id="scripts"),
        pytest.param(page("<!-- " + "x" * 6000 + " --><p>Loading</p>"), "is almost empty", id="much markup, one word"),
        pytest.param(page(ARTICLE[:90] + "<p>Subscribe to keep reading</p>"), "subscription", id="one line before a wall"),
        pytest.param(page(ARTICLE[:90], head=PAID), "subscription", id="one line of what is for subscribers"),
    ],
)  # fmt: skip
def test_pages_without_an_article_are_refused(shown: Decoded, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read_html(shown)


def test_one_line_is_enough_in_a_file_and_not_on_a_site() -> None:
    assert read_html(page("<p>It works!</p>")).text == "It works!"
    with pytest.raises(ArticleError, match="is almost empty"):
        read_html(page("<p>It works!</p>"), "https://e.org/a")
    assert read_html(page("<p>馆长罗明秋说，许多读者在纺织厂上班，下班时图书馆早已关门。</p>"), "https://e.org/a").text


def test_an_article_that_ends_at_a_wall_says_so_without_the_walls_words() -> None:
    wall = (
        "<div class=gate><h3>Subscribe to continue reading</h3><p>Already a subscriber? <a href=/>Sign in</a></p></div>"
    )
    found = read_html(page(f"<article><h1>Minutes</h1>{ARTICLE}{ARTICLE}</article>{wall}"))
    assert "ubscri" not in found.text
    assert "for subscribers" in found.notices[0]


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251"])
@pytest.mark.parametrize("text", ["Мэр открыл мост через реку", "naïve “words” – déjà vu, élan, être, où, ça"])
def test_utf8_read_as_something_else_is_garbled(text: str, encoding: str) -> None:
    read = "".join(
        bytes((byte,)).decode(encoding, "ignore") or (chr(byte) if encoding == "cp1252" else "\ufffd")
        for byte in text.encode()
    )
    assert is_garbled(read)
    assert not is_garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("It says Ã© here, once.", id="an example"),
        pytest.param("a\ufffdb " * 4, id="a few lost letters"),
        pytest.param("Łódź, Kraków, Gdańsk, świat, źdźbło, żółć", id="Polish"),
        pytest.param("Ο δήμαρχος άνοιξε τη γέφυρα. " * 5, id="Greek"),
        pytest.param("Çocuklar ığdır’da şarkı söyledi – “çok güzel”. " * 3, id="Turkish"),
        pytest.param("TIẾNG VIỆT: ĐÀ NẴNG, HÀ NỘI, Ô CỬA SỔ, ÂM NHẠC", id="Vietnamese capitals"),
        pytest.param("€“”„«»…–—•", id="signs"),
        pytest.param("", id="nothing"),
    ],
)
def test_text_that_is_not_garbled(text: str) -> None:
    assert not is_garbled(text)


def test_text_that_lost_its_letters_is_garbled() -> None:
    assert is_garbled("\ufffd\ufffd\ufffd \ufffd\ufffd\ufffd\ufffd \ufffd\ufffd")


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert is_garbled(text) in (True, False)

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources.colours import WHITE, Colour, colour_of, is_indistinct
from ingest.sources.hidden import drop_hidden
from ingest.sources.reading import parse_page, reading_text
from ingest.sources.styles import Styles


def seen(body: str, style: str = "", frame: str = "") -> str:
    root = parse_page(f"<html><head><style>{style}</style></head><body {frame}>{body}</body></html>")
    drop_hidden(root)
    return reading_text(root.body)


@pytest.mark.parametrize(
    ("body", "style"),
    [
        pytest.param("<p hidden>x</p>", "", id="hidden"),
        pytest.param("<p hidden=''><b>x</b></p>", "", id="hidden with all within it"),
        pytest.param("<p style='display:none'>x</p>", "", id="display none"),
        pytest.param("<p style='DISPLAY : NONE !important'>x</p>", "", id="display none in capitals"),
        pytest.param("<p style='visibility:hidden'>x</p>", "", id="visibility"),
        pytest.param("<p style='opacity:0'>x</p>", "", id="opacity"),
        pytest.param("<p style='font-size:0'>x</p>", "", id="no font size"),
        pytest.param("<p style='font-size:.5px'>x</p>", "", id="font of half a pixel"),
        pytest.param("<p style='text-indent:-9999px'>x</p>", "", id="far to the left"),
        pytest.param("<p style='position:absolute;left:-200em'>x</p>", "", id="off the screen"),
        pytest.param("<p style='color:white'>x</p>", "", id="white on white"),
        pytest.param("<p style='color:#fefefe;background:#fff'>x</p>", "", id="nearly white on white"),
        pytest.param("<p style='color:rgb(10, 10, 10);background-color:black'>x</p>", "", id="black on black"),
        pytest.param("<p style='color:rgba(0,0,0,0)'>x</p>", "", id="transparent letters"),
        pytest.param("<p><font color=white>x</font></p>", "", id="font element"),
        pytest.param("<table bgcolor='#cc0000'><tr><td style='color:#c00'>x</td></tr></table>", "", id="bgcolor"),
        pytest.param("<div style='color:#fff'><p><b>x</b> x</p></div>", "", id="inherited"),
        pytest.param("<p class='a b'>x</p>", ".b{display:none}", id="class"),
        pytest.param("<p id=a>x</p>", "h1, #a { font-size: 0 }", id="id, one of several selectors"),
        pytest.param("<p class='a b'>x</p>", "/* } */ p.a.b{color:#ffffff}", id="tag and two classes after a comment"),
        pytest.param("<p class=a>x</p>", "@media print{p{color:red}} .a{display:none}", id="after a condition"),
    ],
)
def test_what_nobody_sees_goes_and_what_follows_stays(body: str, style: str) -> None:
    assert seen(f"<p>before it</p>{body}<p>after it</p>", style) == "before it\n\nafter it"


@pytest.mark.parametrize(
    ("body", "style", "frame"),
    [
        pytest.param("<p hidden=until-found>x</p>", "", "", id="opened by a search"),
        pytest.param("<p style='color:#fff'>x</p>", "body{background:#111}", "", id="white on black"),
        pytest.param("<p style='color:#fff'>x</p>", ".a{background:url(a.png)}", "class=a", id="white on a picture"),
        pytest.param("<p style='color:white'>x</p>", "", "bgcolor=navy", id="white on navy"),
        pytest.param("<h1 style='color:#fff'>x</h1>", "", "", id="a white heading may stand on a picture"),
        pytest.param("<p style='color:#999'>x</p>", "", "", id="grey"),
        pytest.param("<p style='color:var(--ink)'>x</p>", "", "", id="a colour that is not known"),
        pytest.param("<p style='background:#fff'>x</p>", "", "", id="no colour of letters"),
        pytest.param("<p>x</p>", "", "style='opacity:0'", id="a page that scripts fade in"),
        pytest.param("<main style='opacity:0'><h1>x</h1></main>", "", "", id="an article that scripts fade in"),
        pytest.param("<p class=a>x</p>", "@media print{.a{display:none}}", "", id="hidden in print"),
        pytest.param("<p class=a>x</p>", ".b .a{display:none}", "", id="hidden elsewhere"),
        pytest.param("<p class=a>x</p>", ".a:hover{display:none}", "", id="hidden in a state"),
        pytest.param("<p style='font-size:0.8em'>x</p>", "", "", id="small"),
        pytest.param("<p style='left:-9999px'>x</p>", "", "", id="an offset without a position"),
        pytest.param("<p style=';;:;display'>x</p>", "}}{{", "", id="broken styles"),
    ],
)
def test_what_is_seen_stays(body: str, style: str, frame: str) -> None:
    assert seen(body, style, frame) == "x"


def test_letters_with_a_colour_of_their_own_stay_within_what_is_hidden() -> None:
    body = "<p>before</p><div style='color:#fff'>a <b style='color:#000'>b</b> c</div>"
    assert seen(body) == "before\n\nb"


def test_a_page_that_seems_unreadable_has_its_background_from_elsewhere() -> None:
    assert seen("<p>White words on what another sheet makes black.</p>", "p{color:#fff}").startswith("White")


@pytest.mark.parametrize(
    ("value", "colour"),
    [
        pytest.param("#FFF", WHITE, id="three digits"),
        pytest.param("#000000", Colour(0, 0, 0), id="six digits"),
        pytest.param("#ffffff00", Colour(255, 255, 255, 0), id="eight digits"),
        pytest.param("rgb(100%, 0%, 0%)", Colour(255, 0, 0), id="per cent"),
        pytest.param("rgba(1 2 3 / 50%)", Colour(1, 2, 3, 0.5), id="the newer form"),
        pytest.param("Transparent", Colour(0, 0, 0, 0), id="transparent"),
        pytest.param("rgb(1)", None, id="too few"),
        pytest.param("rgb(1.2.3,1,1)", None, id="no number"),
        pytest.param("#12", None, id="too short"),
        pytest.param("currentcolor", None, id="unknown"),
    ],
)
def test_colours(value: str, colour: Colour | None) -> None:
    assert colour_of(value) == colour


def test_a_colour_is_indistinct_from_itself() -> None:
    assert is_indistinct(Colour(250, 250, 250), WHITE)
    assert not is_indistinct(Colour(204, 204, 204), WHITE)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["{", "}", "/*", "*/", "@media x", ".a", "p", ",", "display:none", ";", "\n"])).map(
        "".join
    )
)
def test_any_style_sheet_is_read(css: str) -> None:
    root = parse_page(f"<html><head><style>{css}</style></head><body><p class=a>x</p></body></html>")
    styles = Styles(root)
    assert isinstance(styles.of(root.find("body/p")), dict)

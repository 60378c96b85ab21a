import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.addresses import canonical_url, is_page_url, shown_path


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        pytest.param(
            "HTTPS://News.Example.ORG/A/b",
            "https://news.example.org/A/b",
            id="scheme and host in lower case, path kept",
        ),
        pytest.param("http://e.org:80/a", "http://e.org/a", id="default port"),
        pytest.param("https://e.org:8443/a", "https://e.org:8443/a", id="another port"),
        pytest.param("https://e.org/a#part", "https://e.org/a", id="fragment"),
        pytest.param("https://e.org", "https://e.org/", id="no path"),
        pytest.param("https://e.org/a/", "https://e.org/a/", id="slash at the end is kept"),
        pytest.param(
            "https://e.org/?utm_source=x&id=7&fbclid=1&b=", "https://e.org/?id=7&b=", id="tracking parameters"
        ),
        pytest.param("https://e.org/a?UTM_Campaign=x", "https://e.org/a", id="nothing but tracking"),
        pytest.param("https://me:secret@e.org/a", "https://e.org/a", id="sign-in"),
        pytest.param("http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:8080/a", id="IPv6"),
        pytest.param("https://пример.рф/статья", "https://пример.рф/статья", id="other letters"),
        pytest.param("javascript:alert(1)", None, id="script"),
        pytest.param("file:///etc/passwd", None, id="file"),
        pytest.param("/a/b", None, id="relative"),
        pytest.param("www.e.org/a", None, id="no scheme"),
        pytest.param("https:///a", None, id="no host"),
        pytest.param("https://e.org:x/a", None, id="port that is no number"),
        pytest.param("https://e.org:99999/a", None, id="port that does not exist"),
        pytest.param("http://[::1/a", None, id="half an IPv6 address"),
        pytest.param("https://e.org/a b", None, id="space"),
        pytest.param("https://e.org/\na", None, id="line end"),
        pytest.param('https://e.org/"><script>', None, id="quote and bracket"),
        pytest.param("https://e.org/" + "a" * 2000, None, id="too long"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_canonical_url(url: str, canonical: str | None) -> None:
    assert canonical_url(url) == canonical


@given(st.text() | st.builds("http://{}".format, st.text(st.sampled_from("aE.:/@[]?&=#80 %ü"))))
def test_a_canonical_url_is_its_own(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical is None or canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    ("url", "page"),
    [
        pytest.param("https://e.org/a", True, id="path"),
        pytest.param("https://e.org/?p=7", True, id="query"),
        pytest.param("https://e.org/", False, id="site"),
        pytest.param("https://e.org#a", False, id="site with fragment"),
        pytest.param("e.org/a", False, id="no address"),
    ],
)
def test_is_page_url(url: str, page: bool) -> None:
    assert is_page_url(url) is page


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param("/a/été 中 文.txt", "/a/été 中 文.txt", id="letters and spaces stay"),
        pytest.param("/a/\udce9.txt", "/a/\\udce9.txt", id="a byte that is not UTF-8"),
        pytest.param("/a/\x1b[31m\n.txt", "/a/\\x1b[31m\\n.txt", id="terminal codes and line ends"),
        pytest.param("/a/\u202etxt.md", "/a/\\u202etxt.md", id="bidi control"),
    ],
)
def test_shown_path(path: str, shown: str) -> None:
    assert shown_path(path) == shown

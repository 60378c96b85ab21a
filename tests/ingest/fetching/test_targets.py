import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching.failing import FetchError
from ingest.fetching.targets import redirected, target_of


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        pytest.param("HTTPS://News.Example", "https://news.example/", id="host in capitals, no path"),
        pytest.param("http://news.example:80/a?b=c#d", "http://news.example/a?b=c", id="default port and fragment"),
        pytest.param("http://news.example:8080/a", "http://news.example:8080/a", id="another port"),
        pytest.param("http://news.example./a", "http://news.example/a", id="dot at the end of the name"),
        pytest.param("http://news.example/a b/ü?q=ж", "http://news.example/a%20b/%C3%BC?q=%D0%B6", id="bare letters"),
        pytest.param("http://news.example/%C3%BC%2F", "http://news.example/%C3%BC%2F", id="escapes stay"),
        pytest.param("http://straße.example/", "http://xn--strae-oqa.example/", id="a name in another script"),
        pytest.param("http://my_site.example/", "http://my_site.example/", id="underscore in a name"),
        pytest.param("http://[2606:2800:220:1::0]/", "http://[2606:2800:220:1::]/", id="IPv6"),
        pytest.param("http://127。0。0。1/", "http://127.0.0.1/", id="ideographic full stops"),
        pytest.param("http://127.0.0.1/", "http://127.0.0.1/", id="full-width digits"),
    ],
)
def test_an_address_is_read_as_browsers_read_it(url: str, meant: str) -> None:
    assert target_of(url).url == meant


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("file:///etc/passwd", "is not an http or https address", id="file"),
        pytest.param("ftp://news.example/a", "is not an http or https address", id="ftp"),
        pytest.param("gopher://127.0.0.1:6379/_INFO", "is not an http or https address", id="gopher"),
        pytest.param("javascript:alert(1)", "is not an http or https address", id="javascript"),
        pytest.param("data:text/html,x", "is not an http or https address", id="data"),
        pytest.param("//news.example/a", "is not an http or https address", id="no scheme"),
        pytest.param("", "is not an http or https address", id="nothing"),
        pytest.param("http://good@127.0.0.1/", "has a user name or password", id="user name"),
        pytest.param("http://good.example\\@127.0.0.1/", "has a user name or password", id="backslash and user name"),
        pytest.param("http://127.0.0.1\\.good.example/", "is no valid name", id="backslash in the host"),
        pytest.param("http:///a", "without a host", id="no host"),
        pytest.param("http://:80/a", "without a host", id="only a port"),
        pytest.param("http://news.example:0/", "without a host", id="port 0"),
        pytest.param("http://news.example:99999/", "is not a valid address", id="port too large"),
        pytest.param("http://[::1/", "is not a valid address", id="half an IPv6 address"),
        pytest.param("http://[fe80::1%25eth0]/", "no valid IPv6 address", id="IPv6 with a zone"),
        pytest.param("http://[1::2::3]/", "valid", id="no IPv6 address"),
        pytest.param("http://127.1/", "in an unusual way", id="short address"),
        pytest.param("http://2130706433/", "in an unusual way", id="one number"),
        pytest.param("http://0x7f.1/", "in an unusual way", id="hexadecimal"),
        pytest.param("http://0177.0.0.1/", "in an unusual way", id="octal"),
        pytest.param("http://127.0.0.1.0x/", "in an unusual way", id="hexadecimal without digits"),
        pytest.param("http://127%2e0.0.1/", "no valid name", id="escape in the host"),
        pytest.param("http://news..example/", "no valid name", id="empty part of a name"),
        pytest.param(f"http://{'a' * 64}.example/", "no valid name", id="long part of a name"),
        pytest.param(f"http://{'a.' * 130}example/", "no valid name", id="long name"),
        pytest.param("http://ﷺ.example/", "no valid", id="a name that cannot be"),
        pytest.param("http://news.example/\r\nHost: evil.example", "control characters", id="line break"),
        pytest.param("ht\ttp://news.example/", "control characters", id="tab in the scheme"),
        pytest.param(" http://news.example/", "spaces around it", id="space before"),
        pytest.param("http://news.example/\ud800", "is not a valid address", id="half a character"),
        pytest.param("http://news.example/" + "a" * 8000, "more than 8000 characters", id="long"),
    ],
)
def test_an_address_that_can_be_misread_is_refused(url: str, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        target_of(url)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        pytest.param("/b?c", "https://news.example/b?c", id="path"),
        pytest.param("c", "https://news.example/a/c", id="relative"),
        pytest.param("//other.example/b", "https://other.example/b", id="other host"),
        pytest.param("http://other.example", "http://other.example/", id="other scheme"),
        pytest.param("/\\other.example", "https://news.example/%5Cother.example", id="backslash"),
        pytest.param("/müller", "https://news.example/m%C3%BCller", id="bare letters"),
    ],
)
def test_a_redirect_is_read_from_where_it_stands(location: str, url: str) -> None:
    assert redirected(target_of("https://news.example/a/b"), location).url == url


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://a:b@news.example/", "http://[::1", "javascript:x"])
def test_a_redirect_to_what_is_not_fetched_is_refused(location: str) -> None:
    with pytest.raises(FetchError, match="redirects to what "):
        redirected(target_of("https://news.example/a"), location)


def test_no_reason_repeats_a_password() -> None:
    with pytest.raises(FetchError) as refused:
        target_of("http://ann:hunter2@news.example/?token=hunter2")
    assert "hunter2" not in str(refused.value)


@given(st.one_of(st.text(), st.text().map("http://{}".format), st.text().map("https://news.example{}".format)))
def test_any_text_is_an_address_read_twice_alike_or_refused(text: str) -> None:
    try:
        target = target_of(text)
    except FetchError:
        return
    assert target_of(target.url) == target
    assert target.url.isascii()

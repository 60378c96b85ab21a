"""The hostile addresses and servers, each with the line it gets."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from ingest.fetching.client import Fetcher
from ingest.fetching.failing import FetchError
from ingest.fetching.hops import Limits
from tests.ingest.fetching.networks import CERTIFICATE, NEWS, OTHER, Net, StillClock, fetcher_in, local_fetcher, page_of
from tests.ingest.fetching.networks import trusting as usual_tls
from tests.web_server import (
    Behaviour,
    Reply,
    WebServer,
    drip,
    endless,
    false_length,
    gzip_bomb,
    head,
    raw,
    redirect,
    web_server,
)

PAGE = "<!DOCTYPE html><p>The bridge is open."
INSIDE = {
    "localhost": ["127.0.0.1", "::1"],
    "localtest.example": ["127.0.0.1"],
    "mixed.example": [NEWS, "10.0.0.7"],
    "six.example": ["::ffff:192.168.1.1"],
    "meta.example": ["169.254.169.254"],
}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("http://127.0.0.1/", "leads to 127.0.0.1, which is not public", id="loopback"),
        pytest.param("http://localhost/", "leads to 127.0.0.1, which is not public", id="localhost"),
        pytest.param("http://localhost./", "leads to 127.0.0.1, which is not public", id="localhost with a dot"),
        pytest.param("http://127.1/", "in an unusual way", id="short"),
        pytest.param("http://2130706433/", "in an unusual way", id="one number"),
        pytest.param("http://0x7f.1/", "in an unusual way", id="hexadecimal"),
        pytest.param("http://0.0.0.0/", "leads to 0.0.0.0, which is no public address", id="any"),
        pytest.param("http://[::]/", "leads to ::, which is no public address", id="any, IPv6"),
        pytest.param("http://[::1]/", "leads to ::1, which is not public", id="loopback, IPv6"),
        pytest.param("http://[::ffff:127.0.0.1]/", "which is not public", id="mapped"),
        pytest.param("http://[::ffff:7f00:1]/", "which is not public", id="mapped, in hexadecimal"),
        pytest.param("http://[64:ff9b::7f00:1]/", "which is not public", id="translated"),
        pytest.param("http://[2002:7f00:1::]/", "which is no public address", id="6to4"),
        pytest.param("http://127。0。0。1/", "leads to 127.0.0.1, which is not public", id="ideographic full stops"),
        pytest.param("http://127.0.0.1/", "leads to 127.0.0.1, which is not public", id="full-width"),
        pytest.param("http://169.254.169.254/latest/", "which is no public address", id="a cloud's own service"),
        pytest.param("http://good@127.0.0.1/", "user name or password", id="user name"),
        pytest.param("http://good.example:80@127.0.0.1/", "user name or password", id="user name like a host"),
        pytest.param("http://10.0.0.1:8080/", "leads to 10.0.0.1, which is not public", id="own network"),
        pytest.param("http://localtest.example/", "leads to 127.0.0.1", id="a name for loopback"),
        pytest.param("http://mixed.example/", "leads to 10.0.0.7", id="mixed records"),
        pytest.param("http://six.example/", "leads to ::ffff:", id="a name for a mapped address"),
        pytest.param("http://meta.example/", "leads to 169.254.169.254", id="a name for a cloud's own service"),
        pytest.param("http://nowhere.example/", "the name nowhere.example is not known", id="no such name"),
        pytest.param("file:///etc/passwd", "is not an http or https address", id="file"),
    ],
)
def test_a_hostile_address_gets_its_reason_and_nobody_is_met(site: WebServer, url: str, reason: str) -> None:
    net = Net(names={**INSIDE})
    with pytest.raises(FetchError, match=reason):
        fetcher_in(net).fetch(url)
    assert net.met == []


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "//localhost/admin",
        "http://localtest.example/", "http://mixed.example/", "http://2130706433/", "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd", "javascript:alert(1)", "http://good@127.0.0.1/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("allow_private", [False, True], ids=["public only", "own network allowed"])
def test_a_public_page_cannot_redirect_inside_whatever_is_allowed(
    net: Net, site: WebServer, to: str, allow_private: bool
) -> None:
    net.names.update(INSIDE)
    net.servers["127.0.0.1"] = site.port
    site.pages["/a"] = redirect(to)
    site.pages["/"] = Reply("secret")
    with pytest.raises(FetchError):
        fetcher_in(net, allow_private=allow_private).fetch("http://news.example/a")
    assert {address for address, _ in net.met} == {NEWS}


def test_an_own_network_is_reached_when_allowed_and_may_lead_to_the_web(net: Net, site: WebServer) -> None:
    net.names["wiki.internal"] = ["10.0.0.7"]
    net.servers["10.0.0.7"] = site.port
    site.pages["/a"] = redirect("http://news.example/b")
    site.pages["/b"] = Reply(PAGE)
    assert page_of(fetcher_in(net, allow_private=True).fetch("http://wiki.internal/a")).url == "http://news.example/b"
    with pytest.raises(FetchError, match=r"leads to 10\.0\.0\.7, which is not public; --allow-private opens"):
        fetcher_in(net).fetch("http://wiki.internal/a")


def test_a_link_on_a_public_page_leads_nowhere_inside_even_where_that_is_allowed(net: Net, site: WebServer) -> None:
    net.servers["10.0.0.7"] = site.port
    site.pages["/a"] = Reply(PAGE)
    fetcher = fetcher_in(net, allow_private=True)
    inside, outside = (page_of(fetcher.fetch(f"http://{host}/a")) for host in ("10.0.0.7", "news.example"))
    assert (inside.public, outside.public) == (False, True)
    assert page_of(fetcher.fetch("http://10.0.0.7/a", public_only=inside.public)).status == 200
    with pytest.raises(FetchError, match=r"leads to 10\.0\.0\.7"):
        fetcher.fetch("http://10.0.0.7/a", public_only=outside.public)


@pytest.mark.parametrize("allow_private", [False, True], ids=["public only", "own network allowed"])
def test_the_address_that_was_checked_is_the_one_that_is_met(net: Net, site: WebServer, allow_private: bool) -> None:
    """A name that answers publicly when asked first and with loopback ever after."""
    answers = iter([[NEWS], ["127.0.0.1"], ["127.0.0.1"]])
    net.names["rebinding.example"] = lambda: next(answers)
    site.pages["/a"] = Reply(PAGE)
    with pytest.raises(FetchError, match=r"the robots\.txt of its site: leads to 127\.0\.0\.1"):
        fetcher_in(net, allow_private=allow_private).fetch("http://rebinding.example/a")
    assert net.met == []

    answers = iter([[NEWS], [NEWS], ["127.0.0.1"]])
    fetcher = fetcher_in(net, allow_private=allow_private)
    net.names["rebinding.example"] = lambda: next(answers)
    assert page_of(fetcher.fetch("http://rebinding.example/a")).status == 200
    assert net.met == [(NEWS, 80), (NEWS, 80)]
    assert site.requests[-1].headers["host"] == "rebinding.example"


def test_the_next_address_is_tried_when_one_does_not_answer(net: Net, site: WebServer) -> None:
    net.names["news.example"] = ["2606:2800:220:1::1", OTHER, NEWS]
    site.pages["/a"] = Reply(PAGE)
    fetcher_in(net).fetch("http://news.example:8080/a")
    assert net.met[:3] == [("2606:2800:220:1::1", 8080), (OTHER, 8080), (NEWS, 8080)]


def test_a_host_can_be_an_ipv6_address(net: Net, site: WebServer) -> None:
    net.servers["2606:2800:220:1::1"] = site.port
    site.pages["/a"] = Reply(PAGE)
    assert page_of(fetcher_in(net).fetch("http://[2606:2800:220:1:0::1]:8080/a")).status == 200
    assert site.requests[-1].headers["host"] == "[2606:2800:220:1::1]:8080"
    assert net.asked == []


def test_a_host_that_nobody_answers_at_is_named(net: Net) -> None:
    net.names["closed.example"] = [OTHER]
    with pytest.raises(FetchError, match=r"closed\.example cannot be reached: Connection refused"):
        fetcher_in(net).fetch("http://closed.example/a")


def test_a_name_server_that_keeps_silent_costs_no_more_than_a_page_may() -> None:
    answered = threading.Event()

    def resolver(host: str, port: int) -> list[str]:
        answered.wait()
        return [NEWS]

    with pytest.raises(FetchError, match=r"asking for the name slow\.example takes too long"):
        Fetcher(resolver=resolver, limits=Limits(seconds=0.2), tls=usual_tls()).fetch("http://slow.example/")
    answered.set()


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        pytest.param(gzip_bomb(50_000_000), "unpacks to more than 0.1 MB", id="gzip bomb"),
        pytest.param(
            endless(head(200, {"Content-Type": "text/html"}), b"x" * 10_000), "larger than 0.1 MB", id="endless body"
        ),
        pytest.param(endless(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), "not valid HTTP", id="endless headers"),
        pytest.param(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "the answer is too large", id="endless patience"),
        pytest.param(endless(b"", b"x" * 1000), "not valid HTTP", id="no HTTP"),
        pytest.param(raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "not valid HTTP", id="another protocol"),
        pytest.param(raw(b""), "not valid HTTP", id="hangs up"),
        pytest.param(Reply(PAGE, headers={"Content-Length": "5000000"}), "larger than 0.1 MB", id="announced as large"),
        pytest.param(false_length(PAGE.encode(), 5000), "ends before it is whole", id="shorter than announced"),
        pytest.param(Reply(PAGE, headers={"Content-Length": "12, 13"}), "not valid HTTP", id="two lengths"),
        pytest.param(Reply(PAGE, headers={"Content-Length": "9" * 5000}), "not valid HTTP", id="length of 5000 digits"),
        pytest.param(Reply(PAGE, headers={"Content-Length": "-1"}), "not valid HTTP", id="negative length"),
        pytest.param(
            raw(head(200, {"Content-Type": "text/html", "Transfer-Encoding": "chunked"}), b"5\r\nabc"),
            "ends before it is whole",
            id="piece cut off",
        ),
        pytest.param(
            raw(head(200, {"Content-Type": "text/html", "Transfer-Encoding": "chunked"}), b"zz\r\nabc\r\n"),
            "not valid HTTP",
            id="piece without a length",
        ),
        pytest.param(
            endless(
                head(200, {"Content-Type": "text/html", "Transfer-Encoding": "chunked"}),
                (b"1;" + b"note" * 250 + b"\r\nx\r\n") * 10,
            ),
            "the answer is too large",
            id="more framing than body",
        ),
        pytest.param(redirect("/bad"), "redirects in a circle", id="redirect to itself"),
        pytest.param(Reply(b"\x89PNG\r\n\x1a\n" + bytes(50)), "declared as text/html but is image/png", id="image"),
        pytest.param(Reply(b"x", content_type="video/mp4"), "is video/mp4; what is read is", id="video"),
        pytest.param(Reply(PAGE, headers={"Content-Encoding": "gzip"}), "damaged", id="not packed as announced"),
    ],
)
def test_a_misbehaving_server_gets_its_reason_soon(site: WebServer, behaviour: Behaviour, reason: str) -> None:
    site.pages["/bad"] = behaviour
    site.pages["/good"] = Reply(PAGE)
    fetcher = local_fetcher()
    started = time.monotonic()
    with pytest.raises(FetchError, match=reason):
        fetcher.fetch(site.url("/bad"))
    assert time.monotonic() - started < 8
    assert page_of(fetcher.fetch(site.url("/good"))).body == PAGE.encode()


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(head(200, {"Content-Type": "text/html", "Content-Length": "90000"}), id="body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Type: te", id="header"),
        pytest.param(b"HTTP/1.1 2", id="status"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_server_that_drips_is_left_when_the_time_is_over(site: WebServer, start: bytes) -> None:
    site.pages["/drip"] = drip(site, start, 0.02)
    started = time.monotonic()
    with pytest.raises(FetchError, match=r"takes longer than 0\.\d+ s"):
        local_fetcher(seconds=0.4).fetch(site.url("/drip"))
    assert time.monotonic() - started < 3


def test_redirects_share_one_time(site: WebServer) -> None:
    def slowly(to: str) -> Behaviour:
        return lambda request, send: (site.stopped.wait(0.15), redirect(to)(request, send))[1]

    for number in range(5):
        site.pages[f"/{number}"] = slowly(f"/{number + 1}")
    with pytest.raises(FetchError, match=r"takes longer than 0\.\d+ s"):
        local_fetcher(seconds=0.4).fetch(site.url("/0"))
    assert len(site.paths()) < 5


def test_a_body_longer_than_announced_ends_where_it_was_to(site: WebServer) -> None:
    site.pages["/a"] = false_length(b"<p>text and more", 7)
    assert page_of(local_fetcher().fetch(site.url("/a"))).body == b"<p>text"


def test_a_charset_that_lies_is_handed_on_as_said_with_the_bytes_as_they_are(site: WebServer) -> None:
    body = "<p>Ärger über Öl".encode("cp1252")
    site.pages["/a"] = Reply(body, content_type="text/html; charset=utf-8")
    page = page_of(local_fetcher().fetch(site.url("/a")))
    assert (page.body, page.charset) == (body, "utf-8")


# Certificates


@pytest.fixture(name="secure")
def _secure() -> Iterator[tuple[WebServer, list[str | None]]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    asked: list[str | None] = []
    context.sni_callback = lambda connection, name, context: asked.append(name)
    with web_server(context) as server:
        server.pages["/a"] = Reply(PAGE)
        yield server, asked


def test_over_tls_name_and_certificate_are_those_of_the_host_not_of_its_address(
    secure: tuple[WebServer, list[str | None]],
) -> None:
    server, asked = secure
    net = Net()
    net.place("news.example", NEWS, server)
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    page = page_of(fetcher_in(net, tls=trusting).fetch("https://news.example/a"))
    assert (page.url, page.body) == ("https://news.example/a", PAGE.encode())
    assert set(asked) == {"news.example"}
    assert net.met == [(NEWS, 443), (NEWS, 443)]
    assert server.requests[-1].headers["host"] == "news.example"


@pytest.mark.parametrize(
    ("host", "trusted", "reason"),
    [
        pytest.param("news.example", False, "the certificate of news.example is not valid", id="signed by nobody"),
        pytest.param("bank.example", True, "the certificate of bank.example is not valid", id="of another host"),
    ],
)
def test_a_wrong_certificate_is_refused(
    secure: tuple[WebServer, list[str | None]], host: str, trusted: bool, reason: str
) -> None:
    server, _ = secure
    net = Net()
    net.place(host, NEWS, server)
    tls = ssl.create_default_context(cafile=str(CERTIFICATE)) if trusted else usual_tls()
    with pytest.raises(FetchError, match=reason):
        fetcher_in(net, tls=tls).fetch(f"https://{host}/a")
    assert server.requests == []


def test_a_server_without_tls_is_no_secure_one(net: Net, site: WebServer) -> None:
    site.pages["/a"] = Reply(PAGE)
    with pytest.raises(FetchError, match=r"no secure connection to news\.example can be made"):
        fetcher_in(net).fetch("https://news.example/a")


def test_the_handshake_has_the_time_of_the_page(site: WebServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(FetchError, match="takes longer than"):
            local_fetcher(seconds=0.3).fetch(f"https://127.0.0.1:{port}/a")


def test_waiting_for_a_turn_does_not_use_up_the_time_of_a_page(net: Net, site: WebServer) -> None:
    site.pages["/a"] = Reply(PAGE)
    site.robots("User-agent: *\nCrawl-delay: 30")
    clock = StillClock()
    fetcher = Fetcher(resolver=net.resolver, connect=net.connect, clock=clock, tls=usual_tls())
    for _ in range(3):
        fetcher.fetch("http://news.example/a")
    assert clock.slept == [30.0, 30.0]

"""No spelling of an address, no answer of a name server and no redirect leads to where nothing is to be fetched from."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.fetching.client import Fetcher
from ingest.fetching.failing import FetchError
from ingest.fetching.hops import Limits
from tests.ingest.fetching.networks import NEWS, StillClock, trusting
from tests.ingest.fuzzing.properties import demand_line
from tests.web_server import head

_FEW, _MANY = 150, 5_000
_IPV4 = ipaddress.IPv4Address
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_INSIDE = (
    "127.0.0.1", "127.8.8.8", "10.0.0.7", "172.16.3.4", "192.168.1.1", "100.64.0.1", "0.0.0.0", "169.254.169.254",
    "168.63.129.16", "100.100.100.200", "224.0.0.251", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1",
)  # fmt: skip
_INSIDE6 = ("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "64:ff9b:1::1", "fec0::1")
_FULL_WIDTH = str.maketrans("0123456789abcdefx", "０１２３４５６７８９ａｂｃｄｅｆｘ")
_CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")


@dataclass
class Public:
    """A public site at every public address, and what was connected to; names are what the system takes for numbers."""

    names: dict[str, Sequence[str]] = field(default_factory=dict)
    location: str = ""
    met: list[str] = field(default_factory=list)

    def resolver(self, host: str, port: int) -> Sequence[str]:
        if host in self.names:
            return self.names[host]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(entry[4][0]) for entry in found]

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        self.met.append(address)
        ours, theirs = socket.socketpair()
        moved = self.location and len(self.met) > 1  # the first request is for robots.txt
        headers = {"Location": self.location} if moved else {}
        with theirs:
            theirs.sendall(head(302 if moved else 404, {**headers, "Content-Length": "0"}))
            theirs.shutdown(socket.SHUT_WR)
        return ours

    def fetch(self, url: str, allow_private: bool = False) -> None:
        fetcher = Fetcher(
            allow_private,
            resolver=self.resolver,
            connect=self.connect,
            clock=StillClock(),
            limits=Limits(seconds=5),
            tls=trusting(),
        )
        with pytest.raises(FetchError) as refused:
            fetcher.fetch(url)
        demand_line(str(refused.value))


def is_outside(address: str) -> bool:
    """Whether an address is one of the public internet, by Python's own tables and the plainest reading of them."""
    found = ipaddress.ip_address(address)
    inner = _carried(found)
    return inner.is_global and not (inner.is_multicast or inner.is_reserved) and str(inner) not in _INSIDE


def _carried(address: _Address) -> _Address:
    if isinstance(address, _IPV4):
        return address
    translated = int(address) >> 32 == 0x64FF9B << 64
    tunnel = address.sixtofour or (address.teredo[1] if address.teredo else None)
    return address.ipv4_mapped or tunnel or (_IPV4(int(address) & 0xFFFFFFFF) if translated else address)


def spellings(address: _IPV4) -> Iterator[str]:
    """The ways in which systems, browsers and libraries have taken a host for this address."""
    a, b, c, d = address.packed
    number = int(address)
    yield from (
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{c << 8 | d}",
    )
    yield from (f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:#x}.{b}.0{c << 8 | d:o}")
    yield from (
        f"{a:03}.{b:03}.{c:03}.{d:03}",
        f"{a + 256}.{b}.{c}.{d}",
        str(number + 2**32),
        f"{address}.",
        f"{address}..",
    )
    yield from (str(address).translate(_FULL_WIDTH), str(address).translate(_CIRCLED), str(address).replace(".", "。"))
    yield from (str(address).replace(".", "｡"), str(address).replace(".", "．"), str(address).replace(".", "%2e"))
    yield from (hex(number).translate(_FULL_WIDTH), hex(number).upper(), f"{address}%00.example", f"{address}\u00ad")
    yield from (f"[::ffff:{address}]", f"[::FFFF:{number >> 16:x}:{number & 0xFFFF:x}]", f"[::{address}]")
    yield from (
        f"[0:0:0:0:0:ffff:{address}]",
        f"[64:ff9b::{address}]",
        f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]",
    )
    yield from (
        f"[::ffff:0:{address}]",
        f"[::ffff:{address}%25lo]",
        f"[::ffff:{address}%lo]",
        f"[{address}]",
        f"[v1.{address}]",
    )


_WRAPPINGS = (
    "http://{}/", "https://{}/a?b", "HTTP://{}:80/", "http://{}:8080/", "http:{}/", "http:/{}/", "http:///{}/",
    "http:\\\\{}\\", "//{}/", "http://good.example@{}/", "http://good.example:80@{}/",
    "http://good.example\\@{}/", "http://{}\\@good.example/", "http://{}#@good.example/",
    "http://{}?@good.example/", "http://{};good.example/", "http://good.example#@{}/", "\thttp://{}/",
    "ht\ntp://{}/", "http://{}\t/", "http://{}:/", "http://{}:+80/", "http://{}:8０/", "http://[{}]/",
    "http://{}.good.example/", "http://good.example%2f@{}/", "http://{}%2f.good.example/", "http://{} /",
    "http://{}\x00.good.example/", "http://good.example/../{}/",
)  # fmt: skip

_HOSTS = (
    st.sampled_from([_IPV4(one) for one in _INSIDE]).flatmap(lambda address: st.sampled_from(list(spellings(address))))
    | st.integers(0, 2**32 - 1).map(_IPV4).flatmap(lambda address: st.sampled_from(list(spellings(address))))
    | st.sampled_from([f"[{one}]" for one in _INSIDE6])
    | st.ip_addresses(v=6).map(lambda address: f"[{address}]")
)
ADDRESSES = st.builds(lambda wrapping, host: wrapping.format(host), st.sampled_from(_WRAPPINGS), _HOSTS)


def demand_unmet(url: str) -> None:
    public = Public()
    public.fetch(url)
    assert all(map(is_outside, public.met)), public.met


def demand_no_way_inside(location: str, allow_private: bool) -> None:
    public = Public(names={"news.example": [NEWS]}, location=location)
    public.fetch("http://news.example/a", allow_private)
    assert all(map(is_outside, public.met)), public.met


def demand_all_checked(addresses: list[str]) -> None:
    public = Public(names={"odd.example": addresses})
    public.fetch("http://odd.example/a")
    assert public.met == [] or all(map(is_outside, addresses)), addresses


_ANSWERS = st.lists(
    st.sampled_from((NEWS, *_INSIDE, *_INSIDE6))
    | st.ip_addresses().map(str)
    | st.sampled_from(("", "127.1", "fe80::1%lo", "x")),
    max_size=4,
)


@settings(max_examples=_FEW)
@given(ADDRESSES)
def test_no_spelling_leads_inside(url: str) -> None:
    demand_unmet(url)


@settings(max_examples=_FEW // 3)
@given(ADDRESSES, st.booleans())
def test_no_redirect_of_a_public_page_leads_inside(location: str, allow_private: bool) -> None:
    demand_no_way_inside(location.replace("\n", "").replace("\x00", ""), allow_private)


@settings(max_examples=_FEW // 3)
@given(_ANSWERS)
def test_one_address_inside_among_those_of_a_name_is_enough(addresses: list[str]) -> None:
    demand_all_checked(addresses)


@pytest.mark.long
@pytest.mark.timeout(900)
@settings(max_examples=_MANY, suppress_health_check=list(HealthCheck))
@given(ADDRESSES, st.booleans(), _ANSWERS)
def test_very_many_spellings_lead_nowhere_inside(url: str, allow_private: bool, addresses: list[str]) -> None:
    demand_unmet(url)
    demand_no_way_inside(url.replace("\n", "").replace("\x00", ""), allow_private)
    demand_all_checked(addresses)

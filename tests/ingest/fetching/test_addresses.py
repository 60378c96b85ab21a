import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching.addresses import Reach, demand_reachable, reach_of
from ingest.fetching.failing import FetchError


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        pytest.param("93.184.216.34", "public", id="public"),
        pytest.param("2606:2800:220:1:248:1893:25c8:1946", "public", id="public IPv6"),
        pytest.param("::ffff:93.184.216.34", "public", id="public, mapped"),
        pytest.param("64:ff9b::5db8:d822", "public", id="public, translated for a network of IPv6 only"),
        pytest.param("127.0.0.1", "private", id="loopback"),
        pytest.param("127.255.255.254", "private", id="end of loopback"),
        pytest.param("10.0.0.1", "private", id="10/8"),
        pytest.param("172.31.255.255", "private", id="172.16/12"),
        pytest.param("192.168.1.1", "private", id="192.168/16"),
        pytest.param("100.64.0.1", "private", id="carrier's network"),
        pytest.param("::1", "private", id="IPv6 loopback"),
        pytest.param("fd12:3456::1", "private", id="unique local"),
        pytest.param("::ffff:127.0.0.1", "private", id="mapped loopback"),
        pytest.param("64:ff9b::7f00:1", "private", id="translated loopback"),
        pytest.param("0.0.0.0", "never", id="this machine"),
        pytest.param("0.1.2.3", "never", id="this network"),
        pytest.param("169.254.169.254", "never", id="a cloud's own service"),
        pytest.param("::ffff:169.254.169.254", "never", id="a cloud's own service, mapped"),
        pytest.param("64:ff9b::a9fe:a9fe", "never", id="a cloud's own service, translated"),
        pytest.param("168.63.129.16", "never", id="a cloud's own service at a public address"),
        pytest.param("100.100.100.200", "never", id="a cloud's own service at a carrier's address"),
        pytest.param("fd00:ec2::254", "never", id="a cloud's own service at a local address"),
        pytest.param("192.0.0.192", "never", id="protocol assignments"),
        pytest.param("192.0.2.1", "never", id="documentation"),
        pytest.param("198.18.0.1", "never", id="benchmarks"),
        pytest.param("192.88.99.1", "never", id="6to4 relays"),
        pytest.param("224.0.0.251", "never", id="multicast"),
        pytest.param("240.0.0.1", "never", id="reserved"),
        pytest.param("255.255.255.255", "never", id="broadcast"),
        pytest.param("::", "never", id="IPv6 this machine"),
        pytest.param("::127.0.0.1", "never", id="IPv4-compatible"),
        pytest.param("::ffff:0:127.0.0.1", "never", id="IPv4-translated of old"),
        pytest.param("fe80::1", "never", id="link-local"),
        pytest.param("fec0::1", "never", id="site-local"),
        pytest.param("ff02::1", "never", id="IPv6 multicast"),
        pytest.param("2002:7f00:1::", "never", id="6to4 of loopback"),
        pytest.param("2001:0:4136:e378:8000:63bf:3fff:fdd2", "never", id="Teredo"),
        pytest.param("2001:db8::1", "never", id="IPv6 documentation"),
        pytest.param("3fff::1", "never", id="IPv6 documentation, new"),
        pytest.param("64:ff9b:1::7f00:1", "never", id="translated for local use"),
        pytest.param("100::1", "never", id="discard"),
        pytest.param("5f00::1", "never", id="segment routing"),
    ],
)
def test_who_may_be_behind_an_address(address: str, reach: Reach) -> None:
    assert reach_of(ipaddress.ip_address(address)) == reach


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_public_only_if_python_says_so_too_and_in_all_its_forms(
    address: ipaddress.IPv4Address,
) -> None:
    reach = reach_of(address)
    assert reach != "public" or (address.is_global and not address.is_private and not address.is_multicast)
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        assert reach_of(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + int(address))) == reach


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_is_public_only_among_those_given_out_to_sites(address: ipaddress.IPv6Address) -> None:
    given_out = int(address) >> 125 == 1
    carries = int(address) >> 32 in (0xFFFF, 0x64FF9B << 64)
    assert reach_of(address) != "public" or given_out or carries


@pytest.mark.parametrize(
    ("addresses", "allow_private", "reason"),
    [
        pytest.param(["93.184.216.34", "10.0.0.1"], False, "leads to 10.0.0.1, which is not public", id="one private"),
        pytest.param(["10.0.0.1", "169.254.169.254"], True, "leads to 169.254.169.254", id="one never allowed"),
    ],
)
def test_one_bad_address_among_good_ones_refuses_the_host(
    addresses: list[str], allow_private: bool, reason: str
) -> None:
    with pytest.raises(FetchError, match=reason):
        demand_reachable(map(ipaddress.ip_address, addresses), allow_private)


def test_the_least_public_address_is_what_a_host_is() -> None:
    mixed = [ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("93.184.216.34")]
    assert demand_reachable(mixed, allow_private=True) == "private"
    assert demand_reachable(mixed[1:], allow_private=True) == "public"

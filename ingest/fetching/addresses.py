"""Which network addresses may be fetched from: public ones, an operator's own network when asked to, never the rest.

After the registries of special-purpose addresses of IANA (RFC 6890). Python's `is_global` stands behind, not in front of
them: what it says of multicast, tunnels and translated addresses differs from version to version.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network
from typing import Literal

from ingest.fetching.failing import FetchError
from ingest.fetching.targets import Address

Reach = Literal["public", "private", "never"]
Networks = tuple[IPv4Network | IPv6Network, ...]


def _networks(*names: str) -> Networks:
    return tuple(ip_network(name) for name in names)


# An operator's own: RFC 1918, loopback, carriers and overlay networks (RFC 6598), unique local addresses (RFC 4193).
_PRIVATE = _networks(
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "::1/128", "fc00::/7"
)
_NEVER = _networks(
    "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3",  # protocol assignments, 6to4 relays, multicast and reserved
    "168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::254/128",  # what clouds tell their own machines, keys included
    "2001::/23", "2002::/16", "2001:db8::/32", "3ffe::/16", "3fff::/20",  # Teredo, 6to4 and other tunnels, documentation
)  # fmt: skip
_ALLOWED = "; --allow-private opens your own network, except to what public pages lead to"
_UNICAST = ip_network("2000::/3")  # of IPv6 nothing else is given out to sites
_MAPPED = ip_network("::ffff:0:0/96")
_TRANSLATED = ip_network("64:ff9b::/96")  # how a network with IPv6 only reaches IPv4 (RFC 6052)


def reach_of(address: Address) -> Reach:
    """Return who may be behind an address; one that carries an IPv4 address is judged by that."""
    inner = _inner(address)
    if any(inner in network for network in _NEVER):
        return "never"
    if any(inner in network for network in _PRIVATE):
        return "private"
    unicast = inner.version == 4 or inner in _UNICAST
    return "public" if unicast and inner.is_global else "never"


def demand_reachable(addresses: Iterable[Address], allow_private: bool) -> Reach:
    """Check all addresses of a host and return the least public reach among them.

    Raises:
        FetchError: one of them must not be fetched from; so nothing is, as the host could be any of them.
    """
    least: Reach = "public"
    for address in addresses:
        reach = reach_of(address)
        if reach == "never":
            raise FetchError(f"leads to {address}, which is no public address and never fetched from")
        if reach == "private":
            if not allow_private:
                raise FetchError(f"leads to {address}, which is not public{_ALLOWED}")
            least = reach
    return least


def _inner(address: Address) -> Address:
    if address in _MAPPED or address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address

"""Web addresses to what a request needs of them: read strictly, so that no two readers can see two hosts in one."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from ingest.fetching.failing import FetchError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"http": 80, "https": 443}
_LONGEST = 8000  # characters; servers refuse more
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # the standard library drops some of them without a word
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_NAME = 253
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT = "!#$%&'()*+,/:;=?@[]~|"  # what may stand in a path or query as it is; `%` because it is encoded already


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes."""

    scheme: str
    host: str
    """In lower case and ASCII; an IPv6 address without brackets."""
    port: int
    path: str
    """Path and query as they are sent."""
    address: Address | None
    """The host when it is an address, not a name."""

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def site(self) -> str:
        """Scheme, host and port: what one robots.txt speaks for."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.site}{self.path}"


def target_of(url: str) -> Target:
    """Read an address; its fragment is left out.

    Raises:
        FetchError: it is no http(s) address, holds a sign-in, or writes its host in a way that can be misread.
    """
    if len(url) > _LONGEST:
        raise FetchError(f"is an address of more than {_LONGEST} characters")
    if _CONTROLS.search(url) or url != url.strip():
        raise FetchError("is an address with spaces around it or control characters in it; remove them")
    try:
        parts = urlsplit(url)
        port = parts.port
        path = _path(parts)
    except ValueError as error:  # half an IPv6 address, a port that is no number, half a character
        raise FetchError("is not a valid address") from error
    if parts.scheme not in _PORTS:
        raise FetchError("is not an http or https address; only those are fetched")
    if "@" in parts.netloc:
        raise FetchError("has a user name or password in it, which is never sent; remove it")
    if not parts.hostname or port == 0:
        raise FetchError("is an address without a host to ask; write it as in https://example.org/news")
    host, address = _host(parts.hostname)
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path, address)


def redirected(target: Target, location: str) -> Target:
    """Return where `target` leads on to.

    Raises:
        FetchError: it leads on to something that is not fetched.
    """
    try:
        return target_of(urljoin(target.url, location.strip(" \t")))
    except FetchError as error:
        raise FetchError(f"redirects to what {error}") from error
    except ValueError as error:
        raise FetchError("redirects to what is not a valid address") from error


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_KEPT)
    return f"{path}?{quote(parts.query, safe=_KEPT)}" if parts.query else path


def _host(written: str) -> tuple[str, Address | None]:
    if ":" in written:
        return _ipv6(written)
    name = _ascii(written).lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise FetchError("is an address whose host is no valid name")
    if not _NUMBER.fullmatch(labels[-1]):
        return name, None
    try:
        return name, ipaddress.IPv4Address(name)
    except ValueError as error:  # 127.1, 0x7f.1, 2130706433, 0177.0.0.1: systems read these as addresses too
        raise FetchError("writes its host as a number in an unusual way; use four numbers with dots") from error


def _ipv6(written: str) -> tuple[str, Address]:
    try:
        if "%" in written:
            raise ValueError(written)
        address = ipaddress.IPv6Address(written)
    except ValueError as error:
        raise FetchError("is an address whose host is no valid IPv6 address") from error
    return address.compressed, address


def _ascii(name: str) -> str:
    """Return a name as it is asked for: other scripts, full-width digits and dots in the form DNS knows (UTS 46)."""
    if name.isascii():
        return name
    import idna

    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError as error:
        raise FetchError("is an address whose host is no valid name") from error

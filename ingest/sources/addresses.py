"""Web addresses in the one form that makes two of them the same, and file names that are safe to show and store."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, urlsplit, urlunsplit

_LONGEST_URL = 2000  # characters; what browsers and Telegram take
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f\\<>\"]")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"(?:utm_\w+|mtm_\w+|pk_(?:campaign|kwd|source|medium|content)|at_(?:medium|campaign|custom\d|link_\w+|bbc_team|format|ptr_name)|"
    r"fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|li_fat_id|"
    r"mc_cid|mc_eid|mkt_tok|_ga|_gl|_hsenc|_hsmi|vero_id|wt_mc|ref_src|cmpid|ocid)",
    re.IGNORECASE,
)


def canonical_url(url: str) -> str | None:
    """Return the form of an http(s) address that identifies an article, or None when `url` is none.

    Scheme and host in lower case; default port, sign-in, fragment and tracking parameters dropped; all else kept,
    as servers may tell it apart.
    """
    parts = _web_address(url)
    if parts is None:
        return None
    query = "&".join(pair for pair in parts.query.split("&") if not _TRACKING.fullmatch(pair.partition("=")[0]))
    return urlunsplit((parts.scheme, _host(parts), parts.path or "/", query, ""))


def is_page_url(url: str) -> bool:
    """Return whether `url` names one page: a site's bare address stands for all of its articles."""
    parts = _web_address(url)
    return parts is not None and (parts.path not in ("", "/") or bool(parts.query))


def shown_path(path: str) -> str:
    """Return a file name as text that can be shown and stored: undecodable bytes and controls as escapes."""
    return "".join(ch if ch.isprintable() or unicodedata.category(ch) == "Zs" else _escaped(ch) for ch in path)


def _escaped(ch: str) -> str:
    return ch.encode("unicode_escape").decode("ascii")


def _web_address(url: str) -> SplitResult | None:
    if len(url) > _LONGEST_URL or _UNFIT.search(url):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return None
    return parts if usable else None


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"

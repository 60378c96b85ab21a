"""Links that open an article at the quote. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

MAX_LINK = 1000
"""Characters; five such links, escaped, still fit into one request to Telegram."""
WHOLE_QUOTE_WORDS = 8
EDGE_WORDS = 4
"""Of a longer quote the first and the last so many words are named, which a page's own mark-up seldom interrupts."""

_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff<>\"`\\]")
_NO_SERVER = re.compile(r"[%^{|}]|@.*@|:$")
"""What Telegram does not take for the name of a server, with or without a user's name before it and a port behind."""


def web_link(url: str | None) -> str | None:
    """Return `url` when Telegram lets a reader follow it, else None.

    That is an http or https address whose host has a dot in its name, or is an IPv6 address in brackets: Telegram shows
    a link to any other as plain text, and refuses a message with a button that opens it.
    """
    if url is None or len(url) > MAX_LINK or _UNSAFE.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    usable = (
        parts.scheme in ("http", "https")
        and ("." in host.strip(".") or ":" in host)
        and not _NO_SERVER.search(parts.netloc)
        and port != 0
    )
    return url if usable else None


def link_to_quote(url: str, quote: str) -> str:
    """Add a text fragment to `url`, so that browsers scroll to `quote` and mark it.

    The syntax is that of https://wicg.github.io/scroll-to-text-fragment/: `#:~:text=start,end`, behind any fragment the
    address already has. A link that would grow beyond `MAX_LINK` stays as it is.
    """
    directive = _text_directive(quote)
    base, _, fragment = url.partition("#")
    anchor = fragment.partition(":~:")[0]
    link = f"{base}#{anchor}:~:{directive}"
    return link if directive and len(link) <= MAX_LINK else url


def link_to_page(url: str, page: int) -> str:
    """Return the address of a PDF with the page, from 1, at which it is to be opened.

    That is the parameter `page` of RFC 8118, which the viewers in browsers know; text fragments most of them do not. It
    takes the place of any fragment that the address has. A link that would grow beyond `MAX_LINK` stays as it is.
    """
    link = f"{url.partition('#')[0]}#page={page}"
    return link if len(link) <= MAX_LINK else url


def _text_directive(quote: str) -> str:
    lines = [line.split() for line in quote.splitlines() if line.strip()]
    if not lines:
        return ""
    # A start without an end must lie within one block of the page, so a quote over several lines always names both.
    if len(lines) == 1 and len(lines[0]) <= WHOLE_QUOTE_WORDS:
        return f"text={_encode(lines[0])}"
    return f"text={_encode(lines[0][:EDGE_WORDS])},{_encode(lines[-1][-EDGE_WORDS:])}"


def _encode(words: list[str]) -> str:
    # `-` marks a prefix or suffix in a directive; `,` and `&` are encoded by `quote` already.
    return percent_encode(" ".join(words), safe="", errors="replace").replace("-", "%2D")

"""E-mail messages as programs save them: subject, sender, date and the text, whatever parts it comes in."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

from ingest.dates import iso_date
from ingest.normalize import canonical_text, is_blank, one_line
from ingest.sources.decode import Decoded, decode, decode_page
from ingest.sources.draft import Found
from ingest.sources.html import read_html
from ingest.sources.titles import title_of
from retrieval.errors import ArticleError

_MOST_PARTS = 1_000
_LONGEST_HEADER = 10_000  # characters
_MOST_NAMED = 5  # attachments in the notice
_HEADER = re.compile(rb"\A(?:From [^\n]*\n)?[A-Za-z][A-Za-z0-9-]{0,60}:", re.ASCII)
_PREFIX = re.compile(r"(?:(?:re|fwd?|aw|wg|sv|vs|tr|rv)\s*:\s*)+", re.IGNORECASE)
# Of 300 KB of encoded words the standard library makes 600 MB.
_POLICY = policy.default.clone(
    header_factory=lambda name, value: policy.default.header_factory(name, value[:_LONGEST_HEADER])
)
_READABLE = ("text/plain", "text/html")


def read_email(data: bytes) -> Found:
    """Read a message: the text part where there is one with words in it, else the page, read as web pages are.

    Title from the subject without `Re:`, author from the sender. Attachments are named in a notice and not read.

    Raises:
        ArticleError: it is no message, is encrypted, or holds nothing to read.
    """
    if not _HEADER.match(data.lstrip()):
        raise ArticleError("is not an e-mail message; save it as .eml from the program that shows it")
    message = _parsed(data)
    if message.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
        raise ArticleError("is encrypted; save it decrypted")
    parts, attachments = _parts(message)
    subject = _PREFIX.sub("", _header(message, "subject"), count=1)
    found = _text(parts, subject)
    fields: dict[str, object] = {
        "title": subject or found.fields.get("title") or title_of(found.text),
        "author": _sender(message),
        "published": iso_date(_header(message, "date")),
        "language": found.fields.get("language"),
    }
    identifier = _header(message, "message-id")
    metadata = {"message_id": identifier} if identifier else {}
    return Found(found.text, fields, metadata, (*found.notices, *_not_read(attachments)))


def _parsed(data: bytes) -> EmailMessage:
    try:
        return message_from_bytes(data, policy=_POLICY)
    except RecursionError as error:
        raise ArticleError("has parts in each other more deeply than can be read; save its text as .txt") from error


def _parts(message: EmailMessage) -> tuple[list[EmailMessage], list[str]]:
    """Return the parts that may be the text, and the names of the attachments."""
    texts, attachments = [], []
    pending = [message]
    for _ in range(_MOST_PARTS):
        if not pending:
            break
        part = pending.pop(0)
        attached = part.get_content_disposition() == "attachment" or part.get_content_type() == "message/rfc822"
        if part.is_multipart() and not attached:
            pending[:0] = [one for one in part.get_payload() if isinstance(one, EmailMessage)]
        elif not attached and part.get_content_type() in _READABLE:
            texts.append(part)
        elif attached or part.get_filename():
            attachments.append(one_line(part.get_filename() or part.get_content_type()))
    return texts, attachments


def _text(parts: list[EmailMessage], subject: str) -> Found:
    """Return the plain parts one after the other, or the first page where there is no plain text.

    The page is given the subject for a title, as its first line would else be taken for one.
    """
    plain = [_decoded(part) for part in parts if part.get_content_type() == "text/plain"]
    text = "\n\n".join(body for one in plain if not is_blank(body := canonical_text(one.text).strip()))
    if text:
        return Found(text, {}, {}, tuple(dict.fromkeys(notice for one in plain for notice in one.notices)))
    for part in parts:
        if part.get_content_type() == "text/html" and (page := _bytes(part)).strip():
            decoded = _decoded(part) if part.get_content_charset() else decode_page(page)
            head = f"<title>{escape(subject)}</title>" if subject else ""
            found = read_html(Decoded(head + decoded.text, decoded.notices))
            if not is_blank(found.text):
                return found
    raise ArticleError("has no text; add some or remove it")


def _decoded(part: EmailMessage) -> Decoded:
    data = _bytes(part)
    try:
        return Decoded(data.decode(part.get_content_charset() or "utf-8"))
    except (LookupError, ValueError):  # a charset that does not exist, or is not the one it is in
        return decode(data)


def _bytes(part: EmailMessage) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _header(message: EmailMessage, name: str) -> str:
    """Return a header on one line; what breaks the rules of mail is taken as it stands."""
    try:
        return one_line(str(message.get(name) or ""))
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):  # the parser gives up on some
        raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
        return one_line(raw)


def _sender(message: EmailMessage) -> str | None:
    from email.utils import parseaddr

    name, address = parseaddr(_header(message, "from"))
    return one_line(name) or address or None


def _not_read(attachments: list[str]) -> tuple[str, ...]:
    if not attachments:
        return ()
    named = ", ".join(attachments[:_MOST_NAMED])
    others = len(attachments) - _MOST_NAMED
    return (f"its attachments were not read: {named}" + (f" and {others} more" if others > 0 else ""),)

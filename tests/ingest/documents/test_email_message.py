from contextlib import suppress
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents.email_message import read_email
from retrieval.errors import ArticleError


def message(text: str = "", page: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Mara Holt <mara@example.org>"
    mail["Subject"] = "Re: Fwd: Grüße aus Larkmoor"
    mail["Date"] = "Thu, 29 Feb 2024 11:30:00 +0100"
    mail["Message-ID"] = "<1@example.org>"
    if text:
        mail.set_content(text)
    if page and text:
        mail.add_alternative(page, subtype="html")
    elif page:
        mail.set_content(page, subtype="html")
    return mail


def test_the_text_part_and_the_headers() -> None:
    found = read_email(bytes(message("The harbour has silted up.\n", "<p>Another text</p>")))
    assert found.text == "The harbour has silted up."
    assert found.fields == {
        "title": "Grüße aus Larkmoor", "author": "Mara Holt", "published": "2024-02-29T11:30:00+01:00", "language": None,
    }  # fmt: skip
    assert found.metadata == {"message_id": "<1@example.org>"}


def test_a_page_is_read_where_there_is_no_text() -> None:
    assert read_email(bytes(message(page="<p>The harbour<br>has silted up.</p>"))).text == "The harbour\nhas silted up."


def test_attachments_are_named_and_not_read() -> None:
    mail = message("See the chart.")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="chart.pdf")
    mail.add_attachment("secret", filename="notes.txt")
    found = read_email(bytes(mail))
    assert found.text == "See the chart."
    assert found.notices == ("its attachments were not read: chart.pdf, notes.txt",)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "utf-8"), ("iso-8859-1", "latin-1"), ("no-such", "utf-8"), ("us-ascii", "utf-8")],
)
def test_letters_in_whatever_charset_is_declared(declared: str, encoding: str) -> None:
    head = f"From: a@b.c\nSubject: x\nContent-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n\n"
    assert read_email(head.encode() + "Die Größe des Hafens".encode(encoding)).text == "Die Größe des Hafens"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is not an e-mail message", id="0 bytes"),
        pytest.param(b"Hello, this is no mail", "is not an e-mail message", id="text"),
        pytest.param(b"Subject: x\n\n \n", "has no text", id="empty"),
        pytest.param(b"Subject: x\nContent-Type: multipart/encrypted\n\nx", "is encrypted", id="encrypted"),
        pytest.param(b"Subject: x\nContent-Type: image/png\n\nx", "has no text", id="a picture"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read_email(data)


PIECES = st.sampled_from(
    [
        b"Subject: x\n", b"From: <\n", b"Date: 1\n", b"Content-Type: multipart/mixed; boundary=b\n", b"\n", b"--b\n",
        b"--b--\n",
        b"Content-Transfer-Encoding: base64\n", b"Content-Type: text/html\n", b"<p>word", b"=?utf-8?q?=ff?=", b"\xff",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(PIECES, max_size=14))
def test_any_message_is_read_or_refused(pieces: list[bytes]) -> None:
    with suppress(ArticleError):
        assert read_email(b"From: a@b.c\n" + b"".join(pieces)).text

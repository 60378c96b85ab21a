"""Small documents made by hand: PDF with text at given places, ZIP-based documents from their parts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A line of a PDF page: points from the left and from the bottom of a page of 600 by 800."""

    x: float
    y: float
    text: str
    size: float = 10.0


def column(x: float, top: float, lines: Sequence[str], size: float = 10.0) -> list[Text]:
    return [Text(x, top - n * size * 1.2, line, size) for n, line in enumerate(lines)]


def pdf(
    *pages: Sequence[Text], info: Mapping[str, str] | None = None, picture: bool = False, rotate: int = 0,
    encrypted: bool = False,
) -> bytes:  # fmt: skip
    objects: list[bytes] = [
        b"",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    objects.append(
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\n"
        b"stream\n\x00\nendstream"
    )
    kids = []
    for page in pages:
        content = b"\n".join(_shown(text) for text in page)
        if picture:
            content += b"\nq 600 0 0 800 0 0 cm /Im Do Q"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Rotate %d /Contents %d 0 R "
            b"/Resources << /Font << /F 3 0 R >> /XObject << /Im 4 0 R >> >> >>" % (rotate, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    trailer = b"/Root 1 0 R"
    if info:
        entries = b" ".join(b"/%s (%s)" % (key.encode(), value.encode("latin-1")) for key, value in info.items())
        objects.append(b"<< %s >>" % entries)
        trailer += b" /Info %d 0 R" % len(objects)
    if encrypted:
        nothing = b"00" * 32
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (nothing, nothing))
        trailer += b" /Encrypt %d 0 R /ID [<00> <00>]" % len(objects)
    return _file(objects, trailer)


def _shown(text: Text) -> bytes:
    letters = text.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /F %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET" % (text.size, text.x, text.y, letters)


def _file(objects: Sequence[bytes], trailer: bytes) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)


def zipped(parts: Mapping[str, str | bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packed) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def paragraph(text: str, style: str = "", inside: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{text}</w:t></w:r>{inside}</w:p>'


def docx(body: str, core: str = "", more: Mapping[str, str] | None = None) -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/></w:style>'
        for name in ("Title", "heading 1", "heading 2")
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{name.split("/")[-1].split(".")[0]}" Target="{name.split("/")[-1]}"/>'
        for n, name in enumerate(("word/styles.xml", *(more or {})))
    )
    properties = (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:dcterms="http://purl.org/dc/terms/">{core}</cp:coreProperties>'
    )
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" '
            f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
            "word/styles.xml": f"<w:styles {_WORD}>{styles}</w:styles>",
            "word/document.xml": f"<w:document {_WORD} "
            'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
            f"<w:body>{body}</w:body></w:document>",
            "docProps/core.xml": properties,
            **(more or {}),
        }
    )


def epub(
    chapters: Mapping[str, str], about: str = "", more: Mapping[str, str] | None = None, navigation: str = ""
) -> bytes:
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'{about}</metadata><manifest>{items}<item id="n" properties="nav" href="nav.xhtml" '
        f'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="n"/>{spine}</spine></package>'
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
            "OPS/book.opf": package,
            "OPS/nav.xhtml": f"<html><body><nav>{navigation}</nav></body></html>",
            **{f"OPS/{name}": content for name, content in chapters.items()},
            **(more or {}),
        }
    )

"""Documents that are ZIP archives inside (DOCX, EPUB), opened with limits on what they may unpack to."""

from __future__ import annotations

import io
import zipfile
import zlib

from lxml import etree  # type: ignore[import-untyped]

from retrieval.errors import ArticleError

_MOST_MEMBERS = 10_000
_LARGEST_MEMBER = 50_000_000  # bytes of one unpacked member that is text
_LARGEST = 400_000_000  # bytes unpacked, pictures included, which are never opened
_HIGHEST_RATIO = 200  # of a member's bytes to its packed ones; XML packs 10 to 40 to 1
_ALWAYS_FINE = 1_000_000  # bytes of a member whose ratio is of no interest
_DAMAGED = "is damaged; open it and save it anew"
_FAILURES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


class Zipped:
    """A ZIP archive held in memory, checked against bombs before anything of it is unpacked."""

    def __init__(self, data: bytes, what: str) -> None:
        """Open `data`; `what` names the kind of document in errors, as in `a Word document`.

        Raises:
            ArticleError: it is no ZIP archive, is damaged, or would unpack to too much.
        """
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _FAILURES as error:
            raise ArticleError(f"is not {what}, or is damaged; open it and save it anew") from error
        members = self._archive.infolist()
        if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _LARGEST:
            raise ArticleError("unpacks to more than a document holds and was not opened")
        self.names = {member.filename: member for member in members}

    def read(self, name: str) -> bytes:
        """Return the bytes of a member, which are never more than its checked size.

        Raises:
            ArticleError: there is no such member, or it is damaged, encrypted or a bomb.
        """
        member = self.names.get(name)
        if member is None:
            raise ArticleError(f'is damaged: it has no part "{name[:80]}"; open it and save it anew')
        if member.flag_bits & 1:
            raise ArticleError("is encrypted; save it without a password")
        packed_well = member.file_size > max(_ALWAYS_FINE, _HIGHEST_RATIO * member.compress_size)
        if packed_well or member.file_size > _LARGEST_MEMBER:
            raise ArticleError("unpacks to more than a document holds and was not opened")
        try:
            return self._archive.read(member)
        except _FAILURES as error:
            raise ArticleError(_DAMAGED) from error

    def xml(self, name: str) -> etree._Element:
        """Return a member that is XML as a tree; nothing outside it is loaded and no entity is expanded.

        Raises:
            ArticleError: as `read`, or it is no XML, or declares a document type with entities.
        """
        return parse_xml(self.read(name))


def parse_xml(data: bytes) -> etree._Element:
    """Parse XML that comes from nobody knows where.

    Raises:
        ArticleError: it is not well-formed, or brings entities of its own.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ArticleError(_DAMAGED) from error
    document_type = root.getroottree().docinfo.internalDTD
    if document_type is not None and any(True for _ in document_type.iterentities()):
        raise ArticleError("declares XML entities, which documents do not need, and was not read")
    return root

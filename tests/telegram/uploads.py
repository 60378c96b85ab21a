"""Files that come with requests."""

from __future__ import annotations

import mimetypes
from typing import Any

from aiogram.types import BufferedInputFile, InputFile

from tests.telegram.limits import MAX_DOCUMENT_BYTES
from tests.telegram.records import Document
from tests.telegram.state import State


def document_of(state: State, upload: Any) -> Document:
    """Return the document that a request uploads, or names by the id of one sent before.

    Raises:
        RefusedError: for what the server refuses.
    """
    if not isinstance(upload, InputFile):
        if upload not in state.documents:
            raise state.violation("wrong file identifier/HTTP URL specified")
        return state.documents[upload]
    assert isinstance(upload, BufferedInputFile)
    if not upload.data:
        raise state.violation("file must be non-empty")
    if len(upload.data) > MAX_DOCUMENT_BYTES:
        raise state.violation("Request Entity Too Large")
    name = upload.filename or ""
    if not name or "/" in name or "\\" in name or any(ord(character) < 32 for character in name):
        state.violations.append(f"the server changes the file name {name!r}")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    document = Document(name, upload.data, kind, f"document-{len(state.documents) + 1}")
    state.documents[document.file_id] = document
    return document

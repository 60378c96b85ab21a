"""Archives (.zip, .tar, .tar.gz) to the files in them, one at a time, unpacked in memory only and with limits."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from ingest.sources.addresses import shown_path
from ingest.sources.files import open_file
from retrieval.errors import ArticleError

_MOST_MEMBERS = 10_000
_LARGEST = 2_000_000_000  # bytes unpacked, all members together
_LARGEST_MEMBER = 200_000_000  # bytes
_HIGHEST_RATIO = 200  # of unpacked bytes to packed ones; text packs 3 to 10 to 1
_ALWAYS_FINE = 10_000_000  # bytes unpacked whose ratio is of no interest
_LARGEST_HEADER = 20_000_000  # bytes that are read at once for the list of members, or for one name
_PIECE = 1_000_000  # bytes of a member that are unpacked at once
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".zst", ".7z", ".rar", ".jar")
_DAMAGED = "is damaged; make it anew"
_TOO_MUCH = "unpacks to more than an archive of articles holds; the rest of it was not read"
# RuntimeError stands for endless recursion and for passwords.
_FAILURES = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, EOFError, NotImplementedError,
    RuntimeError, ValueError, OverflowError, LookupError, struct.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive. It can be opened until the next one is asked for."""

    name: str
    """Its path in the archive, safe to show and store."""
    size: int
    """Bytes unpacked."""
    open: Callable[[], io.BufferedReader]
    """Gives its bytes; reading them raises ArticleError where they are damaged."""
    refused: str = ""
    """Why it must not be opened."""


def archive_members(path: str) -> Iterator[Member]:
    """Yield the files in an archive in its order, without folders and hidden files; nothing is written anywhere.

    Links, devices, names that lead out, archives within the archive, encrypted and too large members are `refused`.

    Raises:
        ArticleError: it is damaged, or holds or unpacks to too much; what was yielded before stands.
        OSError: reading fails.
    """
    with open_file(path) as stream, _translated():
        seen: set[str] = set()
        for count, member in enumerate(_members(path, stream), start=1):
            if count > _MOST_MEMBERS:
                raise ArticleError(f"holds more than {_MOST_MEMBERS} files; the rest of it was not read")
            name = member.name.removeprefix("./")
            if _is_hidden(name):
                continue
            refused = member.refused or _refusal(name, member.size, seen)
            seen.add(name)
            yield Member(name, member.size, member.open, refused)


def _members(path: str, stream: io.BufferedReader) -> Iterator[Member]:
    return _zip_members(stream) if path.lower().endswith(".zip") else _tar_members(path, stream)


def _zip_members(stream: io.BufferedReader) -> Iterator[Member]:
    with zipfile.ZipFile(cast(IO[bytes], _Measured(stream))) as archive:
        unpacked = 0
        for info in archive.infolist():
            if info.is_dir():
                continue
            unpacked += info.file_size
            if unpacked > _LARGEST:
                raise ArticleError(_TOO_MUCH)
            yield Member(shown_path(info.filename), info.file_size, _opening(archive, info), _zip_refusal(info))


def _opening(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], io.BufferedReader]:
    return lambda: io.BufferedReader(_Unpacked(lambda: archive.open(info)))


def _zip_refusal(info: zipfile.ZipInfo) -> str:
    kind = info.external_attr >> 28  # the file type of Unix: 8 is a regular file, 0 not said
    if info.flag_bits & 1:
        return "is encrypted; pack it without a password"
    if kind not in (0, 8):
        return "is a link or a device and was not read"
    if info.file_size > max(_ALWAYS_FINE, _HIGHEST_RATIO * info.compress_size):
        return "unpacks to more than an article holds and was not opened"
    return ""


def _tar_members(path: str, stream: io.BufferedReader) -> Iterator[Member]:
    packed = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    most = _LARGEST
    if path.lower().endswith("gz"):
        most = min(_LARGEST, max(_ALWAYS_FINE, _HIGHEST_RATIO * packed))
        source: IO[bytes] = cast(IO[bytes], gzip.GzipFile(fileobj=stream))
    else:
        source = stream
    with tarfile.open(fileobj=cast(IO[bytes], _Measured(source, most)), mode="r:", errors="surrogateescape") as archive:
        end = 0
        while (info := archive.next()) is not None:
            if info.size < 0 or info.offset_data < end:
                raise ArticleError(_DAMAGED)
            end = info.offset_data + info.size
            if end > most:
                raise ArticleError(_TOO_MUCH)
            if not info.isdir():
                plain = info.isreg() and not info.issparse()
                refused = "" if plain else "is a link or a device and was not read"
                yield Member(shown_path(info.name), info.size, _extracting(archive, info), refused)


def _extracting(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[], io.BufferedReader]:
    return lambda: io.BufferedReader(_Unpacked(lambda: archive.extractfile(info)))


class _Unpacked(io.RawIOBase):
    """What is in a member, read in pieces, with the failures of a damaged archive told as such."""

    def __init__(self, opened: Callable[[], IO[bytes] | None]) -> None:
        with _translated():
            self._stream = cast(IO[bytes], opened())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        with _translated():
            data = self._stream.read(min(len(buffer), _PIECE))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _translated():
            return self._stream.seek(offset, whence)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class _Measured:
    """A file that refuses what damaged archives ask of it: reading enormous pieces at once, going beyond an end."""

    def __init__(self, stream: IO[bytes], most: int | None = None) -> None:
        self._stream = stream
        self._most = most

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, _LARGEST_HEADER + 1) if size >= 0 else _LARGEST_HEADER + 1)
        if len(data) > _LARGEST_HEADER:
            raise ArticleError(_DAMAGED)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET and self._most is not None and offset > self._most + tarfile.RECORDSIZE:
            raise ArticleError(_TOO_MUCH)
        if whence == io.SEEK_SET and offset < 0:
            raise ArticleError(_DAMAGED)
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """Leave the file to whoever opened it."""


def _refusal(name: str, size: int, seen: set[str]) -> str:
    if name in seen:
        return "is in the archive twice; the first one was read"
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":":
        return "has a name that leads out of the archive and was not read"
    if name.lower().endswith(_ARCHIVES):
        return "is an archive in an archive; unpack it first"
    if size > _LARGEST_MEMBER:
        return f"is larger than {_LARGEST_MEMBER // 1_000_000} MB unpacked; unpack it first"
    return ""


def _is_hidden(name: str) -> bool:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return not parts or parts[0] == "__MACOSX" or any(part.startswith(".") for part in parts)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise ArticleError(_DAMAGED) from error

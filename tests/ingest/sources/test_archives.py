import gzip
import io
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources.files import measure
from tests.ingest.sources.reads import Outcome, read, read_content

Contents = list[tuple[str, bytes]]


def zip_of(contents: Contents) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents:
            archive.writestr(name, content)
    return stream.getvalue()


def tar_of(contents: Contents, mode: str = "w:gz") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in contents:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


MAKERS: list[tuple[str, Callable[[Contents], bytes]]] = [
    ("a.zip", zip_of),
    ("a.tar.gz", tar_of),
    ("a.TGZ", tar_of),
    ("a.tar", lambda contents: tar_of(contents, "w")),
]
KINDS = pytest.mark.parametrize(("name", "make"), MAKERS, ids=[name for name, _ in MAKERS])


def short(outcome: Outcome, folder: Path) -> dict[str, str]:
    return {os.path.relpath(problem.name, folder): problem.reason for problem in outcome.problems}


@KINDS
def test_the_files_in_an_archive_are_read_by_the_same_readers(
    tmp_path: Path, name: str, make: Callable[[Contents], bytes]
) -> None:
    contents = [
        ("news/one.txt", b"The harbour has silted up."),
        ("./two.html", b"<title>Storm</title><p>It took the roof of the chapel."),
        ("three.jsonl", b'{"text": "a"}\n{"text": "b", "id": "given"}\n'),
        ("four.csv", b"text\nc\n"),
        ("five.md", b"# Head\n\nWords"),
    ]
    outcome = read_content(
        tmp_path, name, make([*contents, ("six.exe", b"MZ"), (".hidden.txt", b"x"), ("__MACOSX/a.txt", b"x")])
    )
    assert outcome.problems == []
    assert [os.path.relpath(draft.name, tmp_path) for draft in outcome.drafts] == [
        f"{name}/{part}"
        for part in ("news/one.txt", "two.html", "three.jsonl:1", "three.jsonl:2", "four.csv:2", "five.md")
    ]
    assert outcome.drafts[0].article.id == f"{(tmp_path / name).resolve()}!news/one.txt"
    assert outcome.drafts[3].article.id == "given"
    assert [os.path.relpath(one, tmp_path) for one in outcome.skipped] == [f"{name}/six.exe"]


@KINDS
def test_the_sizes_of_what_comes_of_an_archive_are_its_size(
    tmp_path: Path, name: str, make: Callable[[Contents], bytes]
) -> None:
    outcome = read_content(tmp_path, name, make([("a.txt", b"a" * 5000), ("b.txt", b""), ("c.txt", b"c")]))
    assert (
        sum(one.size for one in outcome.drafts) + sum(one.size for one in outcome.problems)
        == measure([str(tmp_path)]).bytes
    )


def test_files_of_another_kind_in_an_archive_are_skipped_with_a_line(tmp_path: Path) -> None:
    strays = [("package.json", b"{}"), ("figures.csv", b"year\n2024\n")]
    outcome = read_content(tmp_path, "a.zip", zip_of([*strays, ("a.txt", b"words")]))
    assert outcome.only().size == measure([str(tmp_path)]).bytes
    assert [os.path.relpath(name, tmp_path) for name in outcome.skipped] == ["a.zip/package.json", "a.zip/figures.csv"]
    assert [notice.partition(" ")[2][:16] for notice in outcome.notices] == ["skipped: is JSON", "skipped: has no "]
    outcome = read_content(tmp_path, "b.zip", zip_of(strays))
    assert outcome.reason().startswith("contains no articles")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@KINDS
@pytest.mark.parametrize(
    ("member", "reason"),
    [
        pytest.param("../up.txt", "leads out of the archive", id="up"),
        pytest.param("a/../../up.txt", "leads out of the archive", id="up from below"),
        pytest.param("..\\up.txt", "leads out of the archive", id="up, as on Windows"),
        pytest.param("/etc/a.txt", "leads out of the archive", id="absolute"),
        pytest.param("C:/a.txt", "leads out of the archive", id="a drive"),
        pytest.param("inner.zip", "is an archive in an archive", id="nested"),
        pytest.param("inner.tar.gz", "is an archive in an archive", id="nested tar"),
        pytest.param("good.txt", "is in the archive twice", id="twice"),
    ],
)
def test_a_member_that_must_not_be_read_is_one_problem(
    tmp_path: Path, name: str, make: Callable[[Contents], bytes], member: str, reason: str
) -> None:
    outcome = read_content(tmp_path, name, make([("good.txt", b"good"), (member, b"bad"), ("last.txt", b"last")]))
    assert [draft.article.text for draft in outcome.drafts] == ["good", "last"]
    [problem] = outcome.problems
    assert reason in problem.reason
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar_are_not_read(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        info = tarfile.TarInfo("passwords.txt")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    assert read(tmp_path).reason() == "is a link or a device and was not read"


def test_links_in_a_zip_are_not_read(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("passwords.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert read(tmp_path).reason() == "is a link or a device and was not read"


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_of([("a.txt", b"secret")]))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert read_content(tmp_path, "a.zip", bytes(data)).reason() == "is encrypted; pack it without a password"


def test_names_that_are_no_text_are_shown_escaped(tmp_path: Path) -> None:
    data = tar_of([("caf\udce9\n.txt", b"words")])
    assert Path(read_content(tmp_path, "a.tgz", data).only().name).name == "caf\\udce9\\n.txt"


def test_a_bomb_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    data = zip_of([("bomb.txt", bytes(30_000_000)), ("good.txt", b"good")])
    outcome = read_content(tmp_path, "a.zip", data)
    assert short(outcome, tmp_path) == {"a.zip/bomb.txt": "unpacks to more than an article holds and was not opened"}
    assert len(outcome.drafts) == 1


def test_a_zip_whose_sizes_are_lies_gives_no_more_than_it_says(tmp_path: Path) -> None:
    data = bytearray(zip_of([("a.txt", b"words " * 1000)]))
    place = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 10)
    outcome = read_content(tmp_path, "a.zip", bytes(data))
    assert outcome.reason() == "is damaged; make it anew" or len(outcome.only().article.text) <= 10


def test_a_bomb_in_a_tar_ends_it(tmp_path: Path) -> None:
    data = tar_of([("good.txt", b"good"), ("bomb.bin", bytes(30_000_000)), ("last.txt", b"last")])
    outcome = read_content(tmp_path, "a.tgz", data)
    assert [draft.article.text for draft in outcome.drafts] == ["good"]
    assert short(outcome, tmp_path) == {
        "a.tgz": "unpacks to more than an archive of articles holds; the rest of it was not read"
    }


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ("_MOST_MEMBERS", "holds more than 1 files; the rest of it was not read"),
        ("_LARGEST", "unpacks to more than an archive of articles holds; the rest of it was not read"),
    ],
)
@pytest.mark.parametrize("name", ["a.zip", "a.tar"])
def test_an_archive_beyond_its_limits_is_read_up_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: str, reason: str
) -> None:
    monkeypatch.setattr(f"ingest.sources.archives.{limit}", 1 if limit == "_MOST_MEMBERS" else 1_500)
    make = zip_of if name == "a.zip" else lambda contents: tar_of(contents, "w")
    outcome = read_content(tmp_path, name, make([("a.txt", b"a" * 800), ("b.txt", b"b" * 800)]))
    assert len(outcome.drafts) == 1
    assert short(outcome, tmp_path) == {name: reason}


def test_a_member_that_is_too_large_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sources.archives._LARGEST_MEMBER", 1_000_000)
    outcome = read_content(tmp_path, "a.zip", zip_of([("a.txt", b"a b" * 400_000), ("b.txt", b"b")]))
    assert short(outcome, tmp_path) == {"a.zip/a.txt": "is larger than 1 MB unpacked; unpack it first"}
    assert len(outcome.drafts) == 1


@KINDS
def test_an_archive_without_articles_says_so(tmp_path: Path, name: str, make: Callable[[Contents], bytes]) -> None:
    outcome = read_content(tmp_path, name, make([("a.exe", b"MZ")]))
    assert outcome.reason().startswith("contains no articles; read are .txt")


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz"])
@pytest.mark.parametrize(
    "content", [b"", b"Hello", gzip.compress(b"Hello"), b"\x1f\x8b"], ids=["0 bytes", "text", "gzip", "cut"]
)
def test_what_is_no_archive_is_damaged_or_empty(tmp_path: Path, name: str, content: bytes) -> None:
    assert (
        read_content(tmp_path, name, content).reason().startswith(("is damaged; make it anew", "contains no articles"))
    )


def test_a_member_before_the_beginning_of_a_zip_is_damage(tmp_path: Path) -> None:
    data = bytearray(zip_of([("a.txt", b"The harbour has silted up.")]))
    offset = len(data) - 6  # where the directory begins, in the last record, which counts from there
    data[offset : offset + 4] = (int.from_bytes(data[offset : offset + 4], "little") + 5).to_bytes(4, "little")
    outcome = read_content(tmp_path, "a.zip", bytes(data))
    assert short(outcome, tmp_path) == {"a.zip/a.txt": "is damaged; make it anew"}


def test_a_negative_size_in_a_tar_ends_it(tmp_path: Path) -> None:
    header = bytearray(tar_of([("a.txt", b"a" * 600)], "w"))
    header[124:136] = b"\xff" * 12
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    assert read_content(tmp_path, "a.tar", bytes(header)).reason() == "is damaged; make it anew"


CONTENTS: Contents = [
    ("a.txt", b"The harbour has silted up. " * 30),
    ("b.jsonl", b'{"text": "a"}\n' * 20),
    ("c.csv", b"text\nc\n"),
]
WHOLE = {name: make(CONTENTS) for name, make in MAKERS}


@KINDS
@settings(max_examples=60)
@given(data=st.data())
def test_damaged_archives_are_read_or_refused(
    name: str, make: Callable[[Contents], bytes], data: st.DataObject
) -> None:
    whole = WHOLE[name]
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=8))
    cut = data.draw(st.integers(0, len(whole)) | st.just(0))
    with tempfile.TemporaryDirectory() as folder:
        outcome = read_content(Path(folder), name, whole[:at] + junk + whole[at + len(junk) : len(whole) - cut])
        assert outcome.drafts or outcome.problems or outcome.skipped
        assert os.listdir(folder) == [name]
    for problem in outcome.problems:
        assert problem.reason == problem.reason.strip(" .")


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.zip", "a.pdf", "a.csv"])
def test_a_sparse_file_is_refused_before_it_is_read(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(10_000_000_000)
    assert read(tmp_path).reason().startswith(("is a sparse file", "is larger than"))

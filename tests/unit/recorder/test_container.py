import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.container import (
    Member,
    NotCanonical,
    Writer,
    central_directory,
    check_comment,
    check_directory,
    end_records,
    local_header,
    read_member,
    walk,
)

FILES = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=12),
    st.binary(max_size=64),
    min_size=1,
)


def written(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    writer = Writer(file)
    for name, content in files.items():
        writer.add(name, [content[:5], content[5:]])
    assert writer.finish() == len(file.getvalue())
    return file.getvalue()


def checked(content: bytes) -> list[Member]:
    file = io.BytesIO(content)
    members = walk(file, len(content))
    check_directory(file, len(content), members)
    members = [read_member(file, member) for member in members]
    check_comment(file, len(content), members)
    return members


@given(FILES)
def test_an_ordinary_zip_reader_reads_what_was_written(files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(written(files))) as archive:
        assert archive.testzip() is None
        assert {info.filename for info in archive.infolist()} == set(files) or any("/" in name for name in files)
        assert sorted(archive.read(info) for info in archive.infolist()) == sorted(files.values())


@given(FILES)
def test_what_was_written_is_canonical_and_the_same_each_time(files: dict[str, bytes]) -> None:
    assert [member.name for member in checked(written(files))] == list(files)
    assert written(files) == written(files)


def test_no_byte_can_be_changed() -> None:
    content = bytearray(written({"a.txt": b"hello", "空.bin": b"", "b/c": b"x" * 40}))
    for place in range(len(content)):
        for flip in (1, 0x80):
            content[place] ^= flip
            with pytest.raises(NotCanonical):
                checked(bytes(content))
            content[place] ^= flip


def test_nothing_can_be_cut_off_or_added() -> None:
    content = written({"a.txt": b"hello", "b": b"x" * 40})
    for size in range(len(content)):
        with pytest.raises(NotCanonical):
            checked(content[:size])
    for extra in (b"\0", b"PK\5\6" + b"\0" * 18, content):
        with pytest.raises(NotCanonical):
            checked(content + extra)
        with pytest.raises(NotCanonical):
            checked(extra + content)


@given(st.binary(max_size=300))
def test_garbage_is_not_a_container(content: bytes) -> None:
    with pytest.raises(NotCanonical):
        checked(content)


@given(st.binary(max_size=200))
def test_garbage_after_a_good_start_is_not_a_container(rest: bytes) -> None:
    with pytest.raises(NotCanonical):
        checked(written({"a": b"1"})[:32] + rest)


def test_the_output_of_an_ordinary_zip_writer_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", b"hello")
    with pytest.raises(NotCanonical):
        checked(file.getvalue())


def test_a_name_cannot_be_there_twice() -> None:
    writer = Writer(io.BytesIO())
    writer.add("a", [b""])
    with pytest.raises(ValueError, match="already"):
        writer.add("a", [b""])


def test_large_files_and_offsets_get_their_64_bit_fields() -> None:
    # Headers only: nobody writes four gigabytes in a unit test.
    big = Member("big", 5 << 30, 7, 0, "a" * 64)
    after = Member("after", 3, 8, big.end, "b" * 64)
    directory = central_directory([big, after])
    end = end_records([big, after], after.end, len(directory))

    class Sparse(io.BytesIO):
        """Answers as the end of a file of more than four gigabytes would."""

        def seek(self, place: int, whence: int = 0) -> int:
            return super().seek(place - after.end if place >= after.end else place, whence)

    size = after.end + len(directory) + len(end)
    check_directory(Sparse(directory + end), size, [big, after])
    header = local_header(big)
    assert len(header) == 30 + 3 + 20


def test_a_header_that_claims_more_than_there_is_says_so() -> None:
    header = local_header(Member("big", 5 << 30, 7, 0))
    with pytest.raises(NotCanonical, match="cut off"):
        walk(io.BytesIO(header), len(header))


def test_pieces_are_handed_over_while_reading() -> None:
    content = written({"a": bytes(range(100))})
    file = io.BytesIO(content)
    seen: list[bytes] = []
    (member,) = walk(file, len(content))
    read_member(file, member, [10, 40], lambda _index, piece: seen.append(bytes(piece)))
    assert seen == [bytes(range(10)), bytes(range(10, 50))]

"""The one permitted way to write a dossier as a ZIP file: every byte that is not a file's content can be derived.

Stored entries without compression, one fixed date, UTF-8 names, no gaps, no data descriptors, entries in the given
order; ZIP64 fields exactly where a number does not fit (APPNOTE 6.3.10 §4.3 and §4.5.3). The archive comment holds a
digest over names, sizes and contents. So a checker can say which header byte is wrong, and nothing can hide between.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from recorder.sentences import Failure, Sentence

CHUNK = 1 << 20

_LOCAL, _CENTRAL, _END, _END64, _LOCATOR = 0x04034B50, 0x02014B50, 0x06054B50, 0x06064B50, 0x07064B50
_UTF8_NAMES = 0x0800
_DATE = (1980 - 1980) << 9 | 1 << 5 | 1
_FIT, _FIT_COUNT = 0xFFFFFFFF, 0xFFFF
_COMMENT = b"mediation-room dossier 1 sha256 "
_COMMENT_SIZE = len(_COMMENT) + 64
_LONGEST_NAME = 1024
_DIGEST_DOMAIN = b"mediation-room dossier container 1\n"


class NotCanonical(Failure):
    """The container is not what this module writes; the message names the part."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the container. ``offset``: of its header; ``start``: of its content; sizes in bytes."""

    name: str
    size: int
    crc: int
    offset: int
    sha256: str = ""
    sha512: str = ""

    @property
    def start(self) -> int:
        """Where the content begins."""
        return self.offset + len(local_header(self))

    @property
    def end(self) -> int:
        """Where the content ends."""
        return self.start + self.size


def local_header(member: Member) -> bytes:
    """The bytes before a member's content."""
    name = member.name.encode()
    large = member.size >= _FIT
    size = _FIT if large else member.size
    extra = struct.pack("<HHQQ", 1, 16, member.size, member.size) if large else b""
    version = 45 if large else 20
    head = (_LOCAL, version, _UTF8_NAMES, 0, 0, _DATE, member.crc, size, size, len(name), len(extra))
    return struct.pack("<IHHHHHIIIHH", *head) + name + extra


def central_directory(members: Sequence[Member]) -> bytes:
    """The directory after the last content, without the end records."""
    return b"".join(_central_header(member) for member in members)


def end_records(members: Sequence[Member], start: int, size: int) -> bytes:
    """What follows the directory of ``size`` bytes at ``start``: ZIP64 records if needed, end record, comment."""
    count = len(members)
    large = count >= _FIT_COUNT or start >= _FIT or size >= _FIT
    records = b""
    if large:
        records = struct.pack("<IQHHIIQQQQ", _END64, 44, 45, 45, 0, 0, count, count, size, start)
        records += struct.pack("<IIQI", _LOCATOR, 0, start + size, 1)
    small = (min(count, _FIT_COUNT), min(size, _FIT), min(start, _FIT)) if large else (count, size, start)
    end = (_END, 0, 0, small[0], small[0], small[1], small[2], _COMMENT_SIZE)
    return records + struct.pack("<IHHHHIIH", *end) + comment(members)


def comment(members: Sequence[Member]) -> bytes:
    """The archive comment: a digest that also covers the files which no manifest can list."""
    digest = hashlib.sha256(_DIGEST_DOMAIN)
    for member in members:
        digest.update(f"{member.sha256} {member.size} {member.name}\n".encode())
    return _COMMENT + digest.hexdigest().encode()


class Writer:
    """Writes one container front to back. ``file`` must be empty, writable and seekable."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._offset = 0
        self.members: list[Member] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> Member:
        """Append one file. Its header is written again once size and checksum are known."""
        if self.members and name in {member.name for member in self.members}:
            raise ValueError(f"{name} is already in the container")
        if len(name.encode()) > _LONGEST_NAME:
            raise ValueError(f"the name {name} is too long")
        # The header's length depends on the size, so contents are copied first to where a small file's would be.
        draft = Member(name, 0, 0, self._offset)
        start = len(local_header(draft)) + self._offset
        self._file.seek(start)
        size, crc = 0, 0
        sha256, sha512 = hashlib.sha256(), hashlib.sha512()
        for chunk in chunks:
            self._file.write(chunk)
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
            sha256.update(chunk)
            sha512.update(chunk)
        member = Member(name, size, crc, self._offset, sha256.hexdigest(), sha512.hexdigest())
        if member.start != start:
            _shift(self._file, start, size, member.start - start)
        self._file.seek(member.offset)
        self._file.write(local_header(member))
        self._offset = member.end
        self.members.append(member)
        return member

    def finish(self) -> int:
        """Write directory and end; gives the size of the whole file."""
        directory = central_directory(self.members)
        self._file.seek(self._offset)
        self._file.write(directory)
        self._file.write(end_records(self.members, self._offset, len(directory)))
        return self._file.tell()


def walk(file: BinaryIO, size: int) -> list[Member]:
    """Follow the local headers from the first byte; contents are skipped, not read. Raises NotCanonical.

    The members have no digests yet. After the last one the directory must begin.
    """
    members: list[Member] = []
    names: set[str] = set()
    offset = 0
    while True:
        file.seek(offset)
        head = file.read(30)
        if len(head) == 30 and head[:4] == struct.pack("<I", _CENTRAL) and members:
            return members
        place = _place(members)
        member = _read_header(file, head, offset, place)
        if member.name in names:
            raise NotCanonical(f"容器中有两个 {member.name}。", f"{member.name} is in the container twice.")
        if member.end > size:
            raise _cut_off(member.name)
        names.add(member.name)
        members.append(member)
        offset = member.end


def _nothing(_index: int, _content: memoryview) -> None:
    """What happens with pieces that nobody asked for."""


def read_member(
    file: BinaryIO, member: Member, pieces: Sequence[int] = (), on_piece: Callable[[int, memoryview], object] = _nothing
) -> Member:
    """Read a member's content once: gives it with its digests. Raises NotCanonical when the checksum is wrong.

    ``pieces``: sizes of the first pieces of the content; ``on_piece(index, bytes)`` is called with each of them.
    """
    sha256, sha512, crc = hashlib.sha256(), hashlib.sha512(), 0
    file.seek(member.start)
    left = member.size
    sizes = list(pieces)
    buffer = bytearray(max([CHUNK, *sizes]))
    index = 0
    while left:
        wanted = min(sizes[index], left) if index < len(sizes) else min(CHUNK, left)
        view = memoryview(buffer)[:wanted]
        if _fill(file, view) != wanted:
            raise _cut_off(member.name)
        if index < len(sizes):
            on_piece(index, view)
        sha256.update(view)
        sha512.update(view)
        crc = zlib.crc32(view, crc)
        left -= wanted
        index += 1
    if crc != member.crc:
        raise NotCanonical(
            f"{member.name} 被改动：内容与文件头中的校验值不符。",
            f"{member.name} has been changed: its content does not fit the checksum in its header.",
        )
    return Member(member.name, member.size, crc, member.offset, sha256.hexdigest(), sha512.hexdigest())


def check_directory(file: BinaryIO, size: int, members: Sequence[Member]) -> None:
    """Compare what follows the last content, up to the comment, with what must stand there. Raises NotCanonical.

    Needs no digests; it also finds a header and a directory entry that disagree.
    """
    start = members[-1].end
    directory = central_directory(members)
    end = end_records(members, start, len(directory))
    file.seek(start)
    tail = file.read(len(directory) + len(end))
    position = 0
    for member in members:
        expected = _central_header(member)
        if tail[position : position + len(expected)] != expected:
            raise NotCanonical(
                f"容器被改动：{member.name} 的文件头与目录项不一致。",
                f"The container has been changed: the header of {member.name} and its directory entry do not agree.",
            )
        position += len(expected)
    body = len(end) - _COMMENT_SIZE
    if tail[position : position + body] != end[:body]:
        raise NotCanonical("容器的结束记录被改动或者截断。", "The container's end record has been changed or cut off.")
    if start + len(directory) + len(end) != size:
        raise NotCanonical(
            "容器末尾被添加了内容或者被截断。", "Something was appended to the container, or its end is cut off."
        )


def check_comment(file: BinaryIO, size: int, members: Sequence[Member]) -> None:
    """Compare the digest at the very end with the digests of the members. Raises NotCanonical."""
    file.seek(size - _COMMENT_SIZE)
    if file.read(_COMMENT_SIZE) != comment(members):
        raise NotCanonical(
            "容器末尾的校验值与其中的文件不符。", "The digest at the container's end does not fit its files."
        )


def _central_header(member: Member) -> bytes:
    name = member.name.encode()
    large_size, large_offset = member.size >= _FIT, member.offset >= _FIT
    numbers = [member.size, member.size] if large_size else []
    numbers += [member.offset] if large_offset else []
    extra = struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""
    version = 45 if numbers else 20
    size, offset = (_FIT if large_size else member.size), (_FIT if large_offset else member.offset)
    made_by = 3 << 8 | version
    mode = 0o100644 << 16
    head = (_CENTRAL, made_by, version, _UTF8_NAMES, 0, 0, _DATE, member.crc, size, size, len(name), len(extra))
    return struct.pack("<IHHHHHHIIIHHHHHII", *head, 0, 0, 0, mode, offset) + name + extra


def _read_header(file: BinaryIO, head: bytes, offset: int, place: Sentence) -> Member:
    if len(head) < 30 or head[:4] != struct.pack("<I", _LOCAL):
        raise NotCanonical(
            f"{place.zh}不在应有的位置：这不是案卷包，或者该处已损坏。",
            f"{place.en} is not where it must be: this is not a dossier, or it is damaged there.",
        )
    crc, size, name_size, extra_size = *struct.unpack_from("<II", head, 14), *struct.unpack_from("<HH", head, 26)
    if not 0 < name_size <= _LONGEST_NAME or extra_size not in {0, 20}:
        raise NotCanonical(f"{place.zh}被改动。", f"{place.en} has been changed.")
    rest = file.read(name_size + extra_size)
    if len(rest) != name_size + extra_size:
        raise _cut_off(place.en, place.zh)
    try:
        name = rest[:name_size].decode()
    except UnicodeDecodeError as error:
        raise NotCanonical(f"{place.zh}中的文件名不是 UTF-8。", f"{place.en} has a name that is not UTF-8.") from error
    if extra_size:
        (size,) = struct.unpack_from("<Q", rest, name_size + 4)
    member = Member(name, size, crc, offset)
    if local_header(member) != head + rest:
        raise NotCanonical(f"容器中 {name!r} 的文件头被改动。", f"The container's header of {name!r} has been changed.")
    return member


def _place(members: Sequence[Member]) -> Sentence:
    """Which header comes after ``members``, in words."""
    number = len(members) + 1
    if not members:
        return Sentence("第 1 个文件的文件头", "The header of file 1")
    before = members[-1].name
    return Sentence(f"{before} 之后第 {number} 个文件的文件头", f"The header of file {number}, after {before},")


def _cut_off(name: str, name_zh: str = "") -> NotCanonical:
    return NotCanonical(f"{name_zh or name} 被截断。", f"{name} is cut off.")


def _fill(file: BinaryIO, view: memoryview) -> int:
    done = 0
    while done < len(view):
        count = file.readinto(view[done:])  # type: ignore[attr-defined]
        if not count:
            break
        done += count
    return done


def _shift(file: BinaryIO, start: int, size: int, distance: int) -> None:
    """Move ``size`` bytes up by ``distance``, last piece first."""
    left = size
    while left:
        piece = min(CHUNK, left)
        left -= piece
        file.seek(start + left)
        content = file.read(piece)
        file.seek(start + left + distance)
        file.write(content)

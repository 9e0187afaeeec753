"""Archives: zip and tar, listed in memory and read within bounds. The only unpacker.

Nothing is written to the disk. What climbs out, links and devices are dropped and named; what is encrypted, damaged or
far larger than it looks is refused. Rar, 7z and zst are not read.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from autograder.errors import SubmissionError
from autograder.submission.names import clean_path, is_ignored, shown
from autograder.submission.records import MAX_SUBMISSION_BYTES
from autograder.submission.tars import TarError, is_header, read_members

_GENEROUS_BYTES: Final = 16 << 20
_MAX_RATIO: Final = 500  # deflate ends at 1032
_CHUNK_BYTES: Final = 1 << 20
_ADVICE: Final = "hand in the file itself or an ordinary zip"


@dataclass(frozen=True)
class Bounds:
    """What an archive may hold.

    Attributes:
        total_bytes: unpacked; of a class's zip each submission has its own bound in place of this.
        entries: files, folders and others together.
        directory_bytes: of a zip's table of contents: its reader takes quadratic time over parts of it.
    """

    total_bytes: int
    entries: int
    directory_bytes: int


OF_A_SUBMISSION: Final = Bounds(MAX_SUBMISSION_BYTES, 5_000, 4 << 20)
OF_A_CLASS: Final = Bounds(1 << 30, 500_000, 256 << 20)


@dataclass
class Listing:
    """Files by clean relative path, the names that were dropped, and those that the archive holds more than once."""

    files: dict[str, Callable[[int], bytes]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)

    def add(self, name: str, load: Callable[[int], bytes] | None) -> None:
        """Take a file, or drop what is none (`load` is None) or leads out; of two of one name the last counts."""
        path = clean_path(name)
        if any(is_ignored(part) for part in path.split("/")):
            return
        if not path or load is None:
            self.dropped.append(shown(name))
            return
        if self.files.pop(path, None) is not None:
            self.repeated.append(shown(path))
        self.files[path] = load


def list_archive(stream: BinaryIO, label: str, bounds: Bounds) -> Listing:
    """List an archive of any kind that is read, told by its content.

    Args:
        stream: its bytes; the listing's files read from it.
        label: its name, for messages.
        bounds: what it may hold.

    Raises:
        SubmissionError: it cannot be unpacked, in one sentence.
    """
    name = shown(label)
    head = stream.read(512)
    try:
        if head.startswith((b"PK\3\4", b"PK\5\6")):
            return _list_zip(stream, name, bounds)
        if opened := _decompressor(stream, head):
            stream = io.BytesIO(_decompress(opened, name, bounds))
            head = stream.read(512)
        if head[257:262] == b"ustar" or is_header(head):
            return _list_tar(stream, name, bounds)
    except SubmissionError:
        raise
    except TarError as error:
        raise SubmissionError(f"{name} cannot be unpacked, since {error}; {_ADVICE}.") from None
    except Exception as error:  # noqa: BLE001  a hostile archive makes the libraries raise nearly anything
        raise _damaged(name, error) from None
    raise SubmissionError(f"{name} is not a zip or tar archive{_guess(head)}; {_ADVICE}.")


def load_entry(load: Callable[[int], bytes], label: str, limit: int) -> bytes:
    """A listed file's first `limit` bytes.

    Raises:
        SubmissionError: the archive is damaged there.
    """
    try:
        return load(limit)
    except SubmissionError:
        raise
    except Exception as error:  # noqa: BLE001  as above
        raise _damaged(shown(label), error) from None


def _damaged(name: str, error: Exception) -> SubmissionError:
    kind = "too large to be unpacked here" if isinstance(error, MemoryError) else "damaged or cut off"
    return SubmissionError(f"{name} is {kind}; {_ADVICE}.")


def _guess(head: bytes) -> str:
    kinds = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x28\xb5\x2f\xfd": "zstandard"}
    return next((f" but {kind}, which is not read here" for magic, kind in kinds.items() if head.startswith(magic)), "")


# ---- zip


def _list_zip(stream: BinaryIO, name: str, bounds: Bounds) -> Listing:
    if _directory_bytes(stream) > bounds.directory_bytes:
        raise SubmissionError(f"{name} holds too many files; hand in the source alone.")
    archive = zipfile.ZipFile(stream)
    infos = archive.infolist()
    if len(infos) > bounds.entries:
        raise SubmissionError(f"{name} holds too many files; hand in the source alone.")
    if any(info.flag_bits & 0x41 for info in infos):
        raise SubmissionError(f"{name} is encrypted; hand it in without a password.")
    listing = Listing()
    packed = unpacked = 0
    for info in infos:
        if info.is_dir():
            continue
        listing.add(_zip_name(info), _zip_load(archive, info, name))
        packed, unpacked = packed + info.compress_size, unpacked + info.file_size
    if bounds is OF_A_SUBMISSION:
        _check_ratio(name, packed, unpacked, bounds)
    return listing


def _directory_bytes(stream: BinaryIO) -> int:
    """How long a zip says that its table of contents is, in any of the records at its end.

    A field may look like a record's beginning, and zip64's may lie: which of them zipfile goes by is its
    matter, so the largest of what they say counts.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 66_000))
    tail = stream.read(66_000)
    stream.seek(0)
    said = [0]
    for end in (tail.rfind(b"PK\5\6"), len(tail) - 22):
        if not 0 <= end <= len(tail) - 22 or not tail.startswith(b"PK\5\6", end):
            continue
        said.append(struct.unpack("<L", tail[end + 12 : end + 16])[0] % 0xFFFFFFFF)  # all ones: zip64's counts
        if end >= 76 and tail.startswith(b"PK\6\7", end - 20):
            said.append(struct.unpack("<Q", tail[end - 36 : end - 28])[0])
    return int(max(said))


def _zip_name(info: zipfile.ZipInfo) -> str:
    """An entry's name: without the flag of UTF-8 it was read as cp437, and often is UTF-8 (macOS)."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _zip_load(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Callable[[int], bytes] | None:
    """None for a link or a device. Bzip2 and LZMA, which no tool makes by default, unpack without bound in one step."""
    if info.external_attr >> 28 not in (0, 8):  # the kind of a file in st_mode, 8 for a regular one
        return None

    def load(limit: int) -> bytes:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SubmissionError(f"{name} is compressed in a way that is not read here; {_ADVICE}.")
        with archive.open(info) as file:
            return file.read(limit)

    return load


def _check_ratio(name: str, packed: int, unpacked: int, bounds: Bounds) -> None:
    """Refuse a bomb by what it says of itself; what it does not say is bounded where it is read."""
    if unpacked > _GENEROUS_BYTES and unpacked > _MAX_RATIO * max(packed, 1):
        raise SubmissionError(f"{name} unpacks to {unpacked >> 20} MiB from {packed >> 10} KiB; {_ADVICE}.")
    if unpacked > bounds.total_bytes:
        raise SubmissionError(f"{name} unpacks to more than {bounds.total_bytes >> 20} MiB; hand in the source alone.")


# ---- tar


def _decompressor(stream: BinaryIO, head: bytes) -> gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile | None:
    """A compressed stream opened; what it gives at each read is bounded by what is asked."""
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)
    if head.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    return lzma.LZMAFile(stream) if head.startswith(b"\xfd7zXZ\0") else None


def _decompress(opened: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile, name: str, bounds: Bounds) -> bytes:
    unpacked = bytearray()
    with opened:
        while chunk := opened.read(_CHUNK_BYTES):
            unpacked += chunk
            if len(unpacked) > bounds.total_bytes + _GENEROUS_BYTES:  # headers and padding are no files
                total_mib = bounds.total_bytes >> 20
                raise SubmissionError(f"{name} unpacks to more than {total_mib} MiB; hand in the source alone.")
    return bytes(unpacked)


def _list_tar(stream: BinaryIO, name: str, bounds: Bounds) -> Listing:
    listing = Listing()
    for count, member in enumerate(read_members(stream)):
        if count >= bounds.entries:
            raise SubmissionError(f"{name} holds too many files; hand in the source alone.")
        if member.kind != "folder":
            load = _tar_load(stream, member.offset, member.size) if member.kind == "file" else None
            listing.add(member.name, load)
    return listing


def _tar_load(stream: BinaryIO, offset: int, size: int) -> Callable[[int], bytes]:
    def load(limit: int) -> bytes:
        stream.seek(offset)
        return stream.read(min(size, limit))

    return load

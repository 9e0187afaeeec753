"""Tests of autograder.submission.archives, .tars and .reading: one student's archives, harmless, broken and hostile."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from exports import tar_of, zip_of
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.submission import MAX_FILES, MAX_SUBMISSION_BYTES
from autograder.submission.archives import OF_A_SUBMISSION, list_archive
from autograder.submission.reading import MAX_NESTING, Reader
from autograder.submission.trees import File

SOURCE = b"x = 1\n"
LAYOUTS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def read(files: Mapping[str, bytes], modules: tuple[str, ...] = ("steps",)) -> Reader:
    """What the intake makes of one student's files."""
    reader = Reader()
    for name, data in files.items():
        reader.read(File(name, name, lambda limit, data=data: data[:limit]), name)  # type: ignore[misc]
    reader.unwrap()
    reader.settle(modules)
    return reader


def refusal(data: bytes, name: str = "hw.zip") -> str:
    """The sentence with which an archive is refused."""
    with pytest.raises(SubmissionError) as caught:
        read({name: data})
    return str(caught.value)


def zip_with(*infos: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    """A zip of these entries, the module beside them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("steps.py", SOURCE)
        for info, data in infos:
            archive.writestr(info, data)
    return out.getvalue()


def tar_with(name: str, kind: bytes) -> bytes:
    """A tar of a member of this kind, the module beside it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        module = tarfile.TarInfo("steps.py")
        module.size = len(SOURCE)
        archive.addfile(module, io.BytesIO(SOURCE))
        info = tarfile.TarInfo(name)
        info.type = kind
        info.linkname = "/etc/passwd"
        archive.addfile(info)
    return out.getvalue()


# ---- what is harmless


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("mode", "suffix"),
    [("w", "tar"), ("w:gz", "tar.gz"), ("w:gz", "tgz"), ("w:bz2", "tar.bz2"), ("w:xz", "tar.xz")],
)
def test_tars_of_every_kind(layout: int, mode: str, suffix: str) -> None:
    """A tar of each header's format and compression gives the files that tarfile put in."""
    files = {"steps.py": SOURCE, "data/x.csv": b"1,2\n" * 500, "empty.txt": b""}
    assert read({f"hw.{suffix}": tar_of(files, mode, layout)}).files == files


@pytest.mark.parametrize("layout", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@given(name=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=60), times=st.integers(1, 4))
def test_long_names_in_tars(layout: int, name: str, times: int) -> None:
    """Names that are longer than a header, in any script, are as tarfile wrote them."""
    path = "/".join(["d", *[name] * times, "x.csv"])
    files = {"steps.py": SOURCE, path: b"1"}
    assert read({"hw.tar": tar_of(files, "w", layout)}).files == files


def test_tar_of_old() -> None:
    """A tar without the mark of POSIX, as the seventh edition's, is read."""
    info = tarfile.TarInfo("steps.py")
    info.size = len(SOURCE)
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    header[257:512] = bytes(255)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    assert read({"hw.tar": bytes(header) + SOURCE.ljust(512, b"\0")}).files == {"steps.py": SOURCE}


def test_kind_is_told_by_content() -> None:
    """A tar that is called a zip, and a zip that is called a tar, are read as what they are."""
    assert read({"hw.zip": tar_of({"steps.py": SOURCE})}).files == {"steps.py": SOURCE}
    assert read({"hw.tar.gz": zip_of({"steps.py": SOURCE})}).files == {"steps.py": SOURCE}


def test_zip_in_folder_in_zip() -> None:
    """Archives and folders around the source are taken off, and what systems leave behind is not there."""
    inner = zip_of(
        {"My Homework/steps.py": SOURCE, "My Homework/data/x.csv": b"1", "__MACOSX/My Homework/._steps.py": b"\0"}
    )
    assert read({"hw.zip": zip_of({"HW 2/inner.zip": inner, "HW 2/.DS_Store": b""})}).files == {
        "steps.py": SOURCE,
        "data/x.csv": b"1",
    }


def test_archive_beside_source_is_data() -> None:
    """Where a source lies beside an archive, the archive is a file like others."""
    data = zip_of({"x.csv": b"1"})
    assert read({"steps.py": SOURCE, "data.zip": data}).files == {"steps.py": SOURCE, "data.zip": data}


def test_several_archives_do_not_overwrite_each_other() -> None:
    """Each of several archives is put into a folder of its own; the one that holds the module is raised."""
    files = {"code.zip": zip_of({"steps.py": SOURCE}), "data.zip": zip_of({"x.csv": b"1"})}
    assert read(files).files == {"steps.py": SOURCE, "data/x.csv": b"1"}


def test_npz_and_weights_are_no_archives() -> None:
    """NumPy's and torch's files are zips as well, and stay whole."""
    files = {"steps.py": SOURCE, "weights.npz": zip_of({"a.npy": b"1"}), "model.pt": zip_of({"x.py": b"1"})}
    assert read(files).files == files


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a/b/steps.py": SOURCE, "a/b/helper.py": SOURCE}, {"steps.py", "helper.py"}),
        ({"a/src/steps.py": SOURCE, "a/src/p/q.py": SOURCE, "a/README.md": b""}, {"steps.py", "p/q.py", "README.md"}),
        ({"steps.py": SOURCE, "old/steps.py": b"y"}, {"steps.py", "old/steps.py"}),
        ({"a/steps.py": SOURCE, "b/steps.py": b"y"}, {"a/steps.py", "b/steps.py"}),
        ({"hw/steps.ipynb": b"{}", "hw/x.csv": b""}, {"steps.ipynb", "x.csv"}),
        ({"nb/steps.ipynb": b"{}", "src/steps.py": SOURCE}, {"steps.py", "nb/steps.ipynb"}),
    ],
)
def test_module_lies_at_the_top(files: dict[str, bytes], expected: set[str]) -> None:
    """The module's folder is the top, its helper files beside it; where two could be meant nothing moves."""
    assert set(read({"hw.zip": zip_of(files)}).files) == expected


def test_all_modules_of_an_assignment_are_raised() -> None:
    """The folder that holds most of the modules is the one that counts."""
    files = {"old/kitchen.py": b"1", "new/src/kitchen.py": b"2", "new/src/cellar.py": b"3"}
    found = read(files, ("kitchen", "cellar")).files
    assert (found["kitchen.py"], found["cellar.py"], found["old/kitchen.py"]) == (b"2", b"3", b"1")


def test_last_of_two_entries_counts() -> None:
    """Of two entries of one name the last counts, in zips and in tars."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("steps.py", "x = 0")
        archive.writestr("./steps.py", "x = 0")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("steps.py", SOURCE)
    assert read({"hw.zip": out.getvalue()}).files == {"steps.py": SOURCE}
    twice = tar_of({"steps.py": b"x = 0"}, "w")[:1024] + tar_of({"steps.py": SOURCE}, "w")
    assert read({"hw.tar": twice}).files == {"steps.py": SOURCE}


def test_names_of_windows_and_of_macos() -> None:
    """Backslashes are folders; names in UTF-8 without the flag that says so are read as UTF-8."""
    data = zip_of({"hw\\steps.py": SOURCE, "hw\\x\\con.csv": b"1"})
    assert read({"hw.zip": data}).files == {"steps.py": SOURCE, "x/con.csv": b"1"}
    plain = bytearray(zip_of({"é.csv": b"1", "steps.py": SOURCE}))
    for start in (plain.find(b"PK\3\4") + 7, plain.find(b"PK\1\2") + 9):
        assert plain[start] == 8
        plain[start] = 0
    assert set(read({"hw.zip": bytes(plain)}).files) == {"steps.py", "é.csv"}


# ---- what is dropped, and the rest is graded


@pytest.mark.parametrize(
    "name",
    [
        "../up.py", "/etc/x.py", "a/../../x.py", "..\\x.py", "C:\\x.py", "c:x.py", "d/" * 40 + "x", "n" * 256, "../" * 9
    ],
)  # fmt: skip
def test_names_that_lead_out_are_dropped(name: str) -> None:
    """An entry that climbs out, or that no system could hold, is dropped and named; the rest is there."""
    for data in (zip_with((zipfile.ZipInfo(name), b"x")), tar_of({"steps.py": SOURCE, name: b"x"})):
        reader = read({"hw.zip": data})
        assert reader.files == {"steps.py": SOURCE}
        assert len(reader.dropped) == (0 if name.endswith("/") else 1)


def test_control_characters_in_names() -> None:
    """Lines and escapes in an entry's name are replaced, and the file is there."""
    assert set(read({"hw.zip": zip_of({"steps.py": SOURCE, "a\nb\x1b[2J\u202e.csv": b"1"})}).files) == {
        "steps.py",
        "a_b_[2J_.csv",
    }


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_links_and_devices_in_tars_are_dropped(kind: bytes) -> None:
    """What is no file is dropped and named."""
    reader = read({"hw.tar": tar_with("odd.py", kind)})
    assert (reader.files, reader.dropped) == ({"steps.py": SOURCE}, ["odd.py"])


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644])
def test_links_and_devices_in_zips_are_dropped(mode: int) -> None:
    """A link, pipe or device by its mode is dropped and named."""
    info = zipfile.ZipInfo("odd.py")
    info.external_attr = mode << 16
    reader = read({"hw.zip": zip_with((info, b"/etc/passwd"))})
    assert (reader.files, reader.dropped) == ({"steps.py": SOURCE}, ["odd.py"])


def test_file_in_the_place_of_a_folder() -> None:
    """A name that is a file's and a folder's is the folder's: both could not be written."""
    found = read({"hw.zip": zip_of({"steps.py": SOURCE, "a": b"1", "a/b": b"2", "a/b/c": b"3"})}).files
    assert found == {"steps.py": SOURCE, "a/b/c": b"3"}


# ---- what is refused, in one sentence


def encrypted() -> bytes:
    """A zip whose entry says that it is encrypted."""
    data = bytearray(zip_of({"steps.py": SOURCE}))
    for start in (data.find(b"PK\3\4") + 6, data.find(b"PK\1\2") + 8):
        data[start] |= 1
    return bytes(data)


def lying_size() -> bytes:
    """A zip of 100 MiB of zeros that says it holds ten bytes."""
    data = bytearray(zip_of({"steps.py": bytes(100 << 20)}))
    start = data.rfind(b"PK\1\2")
    data[start + 24 : start + 28] = struct.pack("<L", 10)
    return bytes(data)


def nested(times: int) -> bytes:
    """A zip in a zip, so many times."""
    data = zip_of({"steps.py": SOURCE})
    for _ in range(times):
        data = zip_of({"hw.zip": data})
    return data


def many_headers() -> bytes:
    """A tar of nothing but headers that say the next member's name."""
    info = tarfile.TarInfo("x")
    info.type = tarfile.GNUTYPE_LONGNAME
    return info.tobuf(tarfile.USTAR_FORMAT) * 10_000


def negative_size() -> bytes:
    """A tar whose pax header gives a member a negative size, with which some readers go back and never end."""
    info = tarfile.TarInfo("steps.py")
    info.pax_headers = {"size": "-1024"}
    return info.tobuf(tarfile.PAX_FORMAT) * 3


REFUSED = {
    "encrypted": (encrypted, "hw.zip is encrypted; hand it in without a password."),
    "cut off": (lambda: zip_of({"steps.py": SOURCE})[:-30], "hw.zip is damaged or cut off; hand in the file itself"),
    "wrong sum": (lambda: zip_with().replace(SOURCE, b"x = 2\n", 1), "hw.zip is damaged or cut off"),
    "tar cut off": (lambda: tar_of({"steps.py": bytes(5000)}, "w")[:2000], "hw.zip cannot be unpacked, since it is"),
    "gzip cut off": (lambda: tar_of({"steps.py": os.urandom(5000)})[:2000], "hw.zip is damaged or cut off"),
    "rar": (lambda: b"Rar!\x1a\7\0", "hw.zip is not a zip or tar archive but RAR, which is not read here;"),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c", "but 7z, which is not read here;"),
    "a program": (lambda: SOURCE, "hw.zip is not a zip or tar archive;"),
    "empty": (lambda: b"", "hw.zip is not a zip or tar archive;"),
    "bomb": (lambda: zip_of({"steps.py": bytes(200 << 20)}), "hw.zip unpacks to 200 MiB from"),
    "lying bomb": (lying_size, "hw.zip is damaged or cut off"),
    "gzip bomb": (lambda: gzip.compress(bytes(200 << 20)), "hw.zip unpacks to more than 128 MiB;"),
    "bzip2 bomb": (lambda: bz2.compress(bytes(200 << 20)), "hw.zip unpacks to more than 128 MiB;"),
    "xz bomb": (lambda: lzma.compress(bytes(200 << 20)), "hw.zip unpacks to more than 128 MiB;"),
    "nested": (lambda: nested(MAX_NESTING), "More than 4 archives lie within each other;"),
    "many archives": (lambda: zip_of({f"{n}.zip": nested(0) for n in range(30)}), "30 archives were handed in;"),
    "many files": (lambda: zip_of({f"{n}.txt": b"" for n in range(MAX_FILES + 1)}), "or 500 files; hand in the source"),
    "very many files": (lambda: zip_of({f"{n}.txt": b"" for n in range(6000)}), "hw.zip holds too many files;"),
    "many headers": (many_headers, "hw.zip cannot be unpacked, since it holds too many headers;"),
    "negative size": (negative_size, "hw.zip cannot be unpacked, since a header is damaged;"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_sentence(case: str) -> None:
    """What is encrypted, damaged, no archive or a bomb is refused, with what to do."""
    make, said = REFUSED[case]
    sentence = refusal(make())
    assert said in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_nested_as_deep_as_is_allowed() -> None:
    """Archives within archives up to the bound are unwrapped."""
    assert read({"hw.zip": nested(MAX_NESTING - 1)}).files == {"steps.py": SOURCE}


def test_method_that_unpacks_without_bound() -> None:
    """A zip by bzip2 or LZMA, of which one step can fill the memory, is refused."""
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("steps.py", bytes(1 << 20))
        assert "compressed in a way that is not read here" in refusal(out.getvalue())


def test_ratio_of_ordinary_data() -> None:
    """Data that packs well is no bomb while it is small."""
    assert set(read({"hw.zip": zip_of({"steps.py": SOURCE, "zeros.bin": bytes(10 << 20)})}).files) == {
        "steps.py",
        "zeros.bin",
    }


# ---- whatever bytes come

ARCHIVES = [
    zip_of({"hw/steps.py": SOURCE, "hw/a": b"1" * 200, "../up": b"2"}),
    zip_of({"inner.zip": zip_of({"steps.py": SOURCE})}),
    tar_with("odd.py", tarfile.SYMTYPE),
    *(
        tar_of({"hw/steps.py": SOURCE, "é" * 90: b"1"}, mode, layout)
        for mode in ("w", "w:gz")
        for layout in LAYOUTS[1:]
    ),
]
CHANGES = st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(max_size=8)), max_size=6)


@given(st.sampled_from(ARCHIVES), CHANGES, st.integers(0, 1 << 14))
@example(ARCHIVES[0], [], 0)
def test_mutated_archives(archive: bytes, changes: list[tuple[int, bytes]], cut: int) -> None:
    """An archive with changed, missing and added bytes gives files within the bounds or one sentence, and no more."""
    data = bytearray(archive)
    for place, new in changes:
        start = place % (len(data) + 1)
        data[start : start + len(new)] = new
    if cut % 5 == 0:
        del data[len(data) - cut % (len(data) + 1) :]
    with tempfile.TemporaryDirectory() as folder:
        here = Path.cwd()
        os.chdir(folder)
        try:
            files = read({"hw.zip": bytes(data)}).files
        except SubmissionError as error:
            files, sentence = {}, str(error)
        else:
            sentence = "."
        finally:
            os.chdir(here)
        assert sentence.endswith(".")
        assert list(Path(folder).iterdir()) == []
    assert sum(map(len, files.values())) <= MAX_SUBMISSION_BYTES
    for path in files:
        assert not {"", ".", ".."} & set(path.split("/"))


def test_unchanged_archives_are_read() -> None:
    """Without a change each archive of the test above is read: the mutations start from something that works."""
    for archive in ARCHIVES:
        assert read({"hw.zip": archive}).files["steps.py"] == SOURCE


@pytest.mark.parametrize("trick", ["a field that looks like a record", "a record of zip64 that lies"])
def test_table_of_contents_cannot_be_hidden(trick: str) -> None:
    """A table of contents is measured whatever the zip's end looks like: a MiB of it can cost a quarter of a second."""
    extra = struct.pack("<HH", 0x9999, 0) * 16383
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, *[0] * 8, 1, len(extra), *[0] * 5) + b"f" + extra
    table, start = entry * 80, b"PK\3\4" + b"\0" * 26
    if trick.startswith("a field"):
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 80, 80, len(table), 0x06054B50, 0)
    else:
        end = b"\0" * 56 + struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
        end += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 80, 80, len(table) + 76, len(start), 0)
    with pytest.raises(SubmissionError, match="holds too many files"):
        list_archive(io.BytesIO(start + table + end), "a.zip", OF_A_SUBMISSION)

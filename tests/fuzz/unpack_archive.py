"""A coverage-guided fuzzer of everything that reads a student's archive on the trusted side.

Usage: python tests/fuzz/unpack_archive.py SECONDS [CORPUS]

An input is read as an archive of a submission, and once more as one of a class whose entries are loaded in part. It
gives files, or one sentence, in 5 seconds and 512 MiB more than the process has at its start; every path is relative,
clean and inside, no file stands in a folder's place, the bounds hold, and nothing is written to the disk. Prints
libFuzzer's figures: executions, coverage, memory.
"""

import io
import os
import resource
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["autograder.submission", "zipfile"]):
    from autograder.errors import SubmissionError
    from autograder.submission.archives import OF_A_CLASS, list_archive, load_entry
    from autograder.submission.reading import Reader
    from autograder.submission.trees import File

from autograder.submission.records import MAX_FILES, MAX_SUBMISSION_BYTES

FORBIDDEN = ("", ".", "..")


def read_submission(data: bytes) -> dict[str, bytes]:
    """What the intake does with an archive that is all of a submission; empty where it is refused."""
    reader = Reader()
    try:
        reader.read(File("hw.zip", "hw.zip", lambda limit: data[:limit]), "hw.zip")
        reader.unwrap()
        reader.settle(("steps",))
    except SubmissionError as error:
        check_sentence(str(error))
        return {}
    return reader.files


def check_sentence(text: str) -> None:
    """A refusal is one sentence on one line."""
    assert text.endswith(".")
    assert text.isprintable()


def check_files(files: dict[str, bytes]) -> None:
    """Each path is clean and inside, and the bounds hold."""
    for path in files:
        parts = path.split("/")
        assert not set(parts) & set(FORBIDDEN), path
        assert all(len(part.encode()) <= 255 for part in parts), path
        assert not any(path.startswith(f"{other}/") for other in files), path
    assert len(files) <= MAX_FILES
    assert sum(map(len, files.values())) <= MAX_SUBMISSION_BYTES


def read_class(data: bytes) -> None:
    """What the intake does with an archive that the TA named: lists it, and loads the beginnings of some files."""
    try:
        listing = list_archive(io.BytesIO(data), "class.zip", OF_A_CLASS)
        for load in list(listing.files.values())[:20]:
            assert len(load_entry(load, "class.zip", 100)) <= 100
    except SubmissionError as error:
        check_sentence(str(error))


def test_one_input(data: bytes) -> None:
    """Any bytes are files within the bounds, or one sentence."""
    files = read_submission(data)
    check_files(files)
    read_class(data)
    assert os.listdir() == []  # noqa: PTH208  the working folder, in which a path without an anchor would land


def seeds() -> list[bytes]:
    """A zip and tars of each header's kind, with what they may hold beside plain files."""
    found = []
    plain = {"hw/steps.py": b"x = 1\n", "hw/data/x.csv": b"1,2\n" * 50, "__MACOSX/._x": b"\0", "../up.py": b"y"}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, data in plain.items():
                archive.writestr(name, data)
            link = zipfile.ZipInfo("link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        found.append(out.getvalue())
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w") as archive:
        archive.writestr("inner.zip", found[0])
    found.append(nested.getvalue())
    for layout in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        for mode in ("w", "w:gz", "w:bz2", "w:xz"):
            found.append(make_tar(plain, layout, mode))
    return found


def make_tar(files: dict[str, bytes], layout: int, mode: str) -> bytes:
    """A tar with a folder, a link and a long name."""
    out = io.BytesIO()
    long = {} if layout == tarfile.USTAR_FORMAT else {"l" * 120 + "/é.py": b"z"}
    with tarfile.open(fileobj=out, mode=mode, format=layout) as archive:  # type: ignore[call-overload]
        for kind, name in ((tarfile.DIRTYPE, "hw"), (tarfile.SYMTYPE, "link"), (tarfile.FIFOTYPE, "pipe")):
            info = tarfile.TarInfo(name)
            info.type = kind
            archive.addfile(info)
        for name, data in (files | long).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def main() -> None:
    """Fuzz for so many seconds."""
    seconds = int(sys.argv[1])
    corpus = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()).resolve()
    for number, data in enumerate(seeds()):
        (corpus / f"archive-{number}").write_bytes(data)
    os.chdir(tempfile.mkdtemp())
    now_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    options = [
        f"-max_total_time={seconds}", "-timeout=5", f"-rss_limit_mb={now_mib + 512}", "-max_len=65536",
        "-print_final_stats=1", f"-artifact_prefix={corpus}/", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""Made exports of a class, as Gradescope, Canvas and Moodle lay them out, with what real ones hold beside."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from small_course import NO_COUNTDOWN, REFERENCE, WRONG_FACTOR

SCORES = {REFERENCE: 20.0, WRONG_FACTOR: 14.0, NO_COUNTDOWN: 15.0}
"""What the small course's suite gives to each source."""


def zip_of(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tar_of(files: Mapping[str, str | bytes], mode: str = "w:gz", layout: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of these files, by default compressed with gzip."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=layout) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def write_bytes(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files by relative path under `root`; returns it."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


@dataclass(frozen=True)
class Member:
    """Who submits: name, SID and e-mail as Gradescope knows them, empty where it does not."""

    name: str
    sid: str = ""
    email: str = ""

    def yaml(self) -> str:
        """As the export's list writes it; an e-mail that is not known is not there at all."""
        # a scalar in JSON's quotes is one of YAML's
        fields = {":name": self.name, ":sid": self.sid or None, **({":email": self.email} if self.email else {})}
        return json.dumps(fields, ensure_ascii=False).replace("null", "")


@dataclass(frozen=True)
class Active:
    """A submission that counts, and the files that lie in its folder."""

    number: int
    members: tuple[Member, ...]
    files: dict[str, str | bytes]
    time: str = "2023-12-04 05:26:26.899837000 Z"
    history: tuple[int, ...] = ()

    def yaml(self) -> str:
        """Its entry in the list, with what an earlier grading left: results that name others' tests."""
        lines = [f"submission_{self.number}:", "  :submitters:"]
        lines += [f"  - {member.yaml()}" for member in self.members]
        lines += [f"  :created_at: {self.time}", "  :score: 0.0", "  :status: processed"]
        lines += [
            "  :results:",
            "    score: 0.0",
            "    tests:",
            "    - {name: 'a: b', output: \"x\\ny\"}",
            "    extra_data:",
        ]
        lines += ["  :history:" if self.history else "  :history: []"]
        for number in self.history:
            lines += [f"  - :id: {number}", "    :submitters:", *(f"    - {one.yaml()}" for one in self.members)]
            lines += ["    :created_at: 2023-12-09 07:30:05.262325000 Z", "    :results: {}"]
        return "\n".join(lines)


def gradescope_files(actives: list[Active]) -> dict[str, str | bytes]:
    """The export's files, below its own folder."""
    files: dict[str, str | bytes] = {"submission_metadata.yml": "---\n" + "\n".join(a.yaml() for a in actives) + "\n"}
    for active in actives:
        files |= {f"submission_{active.number}/{name}": content for name, content in active.files.items()}
    return {f"assignment_42_export/{name}": content for name, content in files.items()}


def gradescope_class() -> tuple[dict[str, str | bytes], dict[str, float]]:
    """An export of 60 students, 8 of them in groups, and each student's score by the name that results go by."""
    sources = [REFERENCE, WRONG_FACTOR, NO_COUNTDOWN]
    ways = [
        lambda source: {"steps.py": source},
        lambda source: {"hw2/steps.py": source, "hw2/data/x.csv": "1", "__MACOSX/hw2/._steps.py": b"\0"},
        lambda source: {"steps.zip": zip_of({"My Homework/steps.py": source, "__MACOSX/._steps.py": b"\0"})},
        lambda source: {"my final (2).py": source, ".DS_Store": b"\0"},
    ]
    actives, scores = [], {}
    odd = ["Zoë Müller", "李 雷", "O'Neil, Pat", "=cmd()", "Ada  Lovelace", "yes", "null", "1e5", "Nur 'Q' \"R\""]
    for index in range(52):
        name = odd[index] if index < len(odd) else f"Student {index}"
        member = Member(name, f"{index:05}" if index % 10 else "", f"s{index}@x.edu" if index % 7 else "")
        source = sources[index % 3]
        # the history's own files never lie in the export; a folder of that number must not count
        history = (900 + index,) if index % 9 == 0 else ()
        actives.append(Active(100 + index, (member,), ways[index % 4](source), history=history))
        scores[name_of(member)] = SCORES[source]
    for index in range(52, 60, 2):
        pair = (
            Member(f"Student {index}", f"0{index}", f"s{index}@x.edu"),
            Member(f"Student {index + 1}", f"0{index + 1}"),
        )
        source = sources[index % 3]
        actives.append(Active(100 + index, pair, {"steps.py": source}))
        scores |= {name_of(member): SCORES[source] for member in pair}
    files = gradescope_files(actives)
    files |= {"assignment_42_export/submission_900/steps.py": "raise SystemExit", "__MACOSX/._x": b"\0"}
    return files, scores


def name_of(member: Member) -> str:
    """The name of a member of `gradescope_class` in the results; who has a name alone has a digest of it behind it."""
    digest = hashlib.sha256(member.name.encode()).hexdigest()[:6]
    return member.sid or member.email or f"{member.name.replace(' ', '_')}-{digest}"


def canvas_class() -> tuple[dict[str, str | bytes], dict[str, float]]:
    """A download of 14 students and each one's score by the name that results go by."""
    files: dict[str, str | bytes] = {
        "lovelaceada_101_5001_steps.py": REFERENCE,
        "hopperbruno_LATE_102_5002_steps-1.py": WRONG_FACTOR,  # handed in again, late
        "caucarl_103_5003_steps.py": "raise SystemExit",
        "caucarl_103_5009_steps-2.py": REFERENCE,  # the later attachment counts
        "müllerzoë_104_5004_homework.py": NO_COUNTDOWN,
        "smithjohn_105_5005_steps.py": REFERENCE,  # two of one name
        "smithjohn_106_5006_steps.py": WRONG_FACTOR,
        "anon_aB3xZ_5007_steps.py": REFERENCE,
        "LATE_anon_77_5008_steps.py": WRONG_FACTOR,
        "textual_107_text.html": "<p>my code</p>",
        "linked_LATE_108_link.html": "<a>",
        "zipper_109_5010_hw2.zip": zip_of({"hw2/steps.py": REFERENCE, "hw2/data.csv": "1"}),
        "parts_110_5011_steps.py": "from helper import *\n",
        "parts_110_5012_helper.py": REFERENCE,
        "parts_110_text.html": "see files",
        "wilson_a_111_5013_steps.py": REFERENCE,
        "tarred_112_5014_steps-1.tar.gz": tar_of({"steps.py": NO_COUNTDOWN}),
        ".DS_Store": b"\0",
    }
    scores = {
        "lovelaceada": 20, "hopperbruno": 14, "caucarl": 20, "müllerzoë": 15, "smithjohn_105": 20, "smithjohn_106": 14,
        "anon_aB3xZ": 20, "anon_77": 14, "textual": 0, "linked": 0, "zipper": 20, "parts": 20, "wilson_a": 20,
        "tarred": 15,
    }  # fmt: skip
    return files, {name: float(score) for name, score in scores.items()}

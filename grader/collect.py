"""Take submissions out of the archives a learning platform gives, trusting none of them.

Only notebooks are read, up to the limit on a submission's size; where each is written is made
from the student's id and the problem set's name, never from a path inside the archive. So
links, `..`, absolute paths and compression bombs have nothing to work on.
"""

from __future__ import annotations

import io
import json
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from .anonymous import codes_by_id
from .course import Course
from .errors import GraderError, one_line
from .limits import Limits, size_text
from .moments import parse_moment, stamp
from .record import write_whole
from .submission import REFUSED, TIMESTAMP, student_id_problem

MOST_MEMBERS = 100_000
LAYOUTS = {
    # "Ada Lovelace_4711_assignsubmission_file_/gan.ipynb"
    "moodle": r"(?P<name>[^/]+)_(?P<student>\d+)_assignsubmission_file_?/(?:.*/)?[^/]+",
    # "lovelaceada_LATE_4711_93_gan.ipynb"
    "canvas": r"(?P<name>[^/_]+)_(?:LATE_)?(?P<student>\d+)_\d+_[^/]+",
    # "ada/gan.ipynb", "ada/gan/gan.ipynb"
    "folders": r"(?P<student>[^/]+)/(?:.*/)?[^/]+",
}
BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError),
    # NotImplementedError (a method zipfile lacks) is a RuntimeError, UnicodeError a ValueError.
    *(RuntimeError, ValueError),
)
"""What zipfile and tarfile raise for files that are damaged, encrypted or made to harm."""
Archive = zipfile.ZipFile | tarfile.TarFile
Info = zipfile.ZipInfo | tarfile.TarInfo


@dataclass(frozen=True)
class Collected:
    """What became of one student's submission."""

    student: str
    status: str
    """"new", "same", "replaced", "kept" (another is there already) or "missing"."""
    note: str


@dataclass(frozen=True)
class Refused:
    """Why no notebook was taken, in words for the student, who may be the one to mend it."""

    english: str
    korean: str


def too_large(most: int) -> Refused:
    """Why a notebook of more than `most` bytes is not taken."""
    size = size_text(most)
    return Refused(
        f"the notebook is larger than {size}; clear its outputs and hand it in again",
        f"노트북이 {size}보다 큽니다. 출력을 지우고 다시 제출해 주세요.",
    )


def collect(
    course: Course,
    name: str,
    archives: Sequence[Path],
    *,
    layout: str = "",
    received: str = "",
    update: bool = False,
) -> list[Collected]:
    """Put the notebooks of some archives where grading finds them.

    Args:
        course: the course folder.
        name: the problem set.
        archives: zip or tar files.
        layout: "moodle", "canvas" or "folders", or a regular expression for a member's whole
            path with a group named `student`; by default the first layout that fits a member.
        received: when these were received, for late penalties; none are late by default.
        update: replace a submission that differs from the one collected before.

    Returns:
        What became of each student's submission, by id.

    Raises:
        GraderError: for an unknown set, a time that is none, or an archive that cannot be
            read or holds no notebook of anybody.
    """
    course.check_problem_set(name)
    received_at = stamp(parse_moment(received)) if received else ""
    patterns = _patterns(layout)
    course.check_disk()
    found: dict[str, Collected] = {}
    for archive in archives:
        for student, content in _notebooks(archive, patterns, name, course.limits):
            found[student] = take(course, name, student, content, received_at, update)
    return [found[student] for student in sorted(found)]


def _patterns(layout: str) -> list[re.Pattern[str]]:
    if not layout:
        return [re.compile(pattern) for pattern in LAYOUTS.values()]
    try:
        pattern = re.compile(LAYOUTS.get(layout, layout))
    except re.error as error:
        raise GraderError(f"{layout!r} is no regular expression: {error}.") from None
    if "student" not in pattern.groupindex:
        raise GraderError(
            f"{layout!r} is none of {', '.join(LAYOUTS)} and has no group named `student`."
        )
    return [pattern]


def _notebooks(
    archive: Path, patterns: list[re.Pattern[str]], name: str, limits: Limits
) -> Iterator[tuple[str, bytes | Refused]]:
    """Each student's notebook, or a note that says why there is none."""
    if not archive.is_file():
        raise GraderError(f"There is no file {archive}.")
    with ExitStack() as stack:
        try:
            opened: Archive = _open(archive)
            stack.push(opened)
            members = list(islice(_regular_files(opened), MOST_MEMBERS + 1))
        except BROKEN as error:
            reason = one_line(str(error)) or type(error).__name__
            raise GraderError(
                f"{archive} cannot be read as a zip or tar archive ({reason})."
            ) from error
        if len(members) > MOST_MEMBERS:
            raise GraderError(f"{archive} holds more than {MOST_MEMBERS} files.")
        chosen = _choose(members, patterns, name)
        if not chosen:
            raise GraderError(
                f"{archive} holds no notebook in a place that names a student; "
                "say with --layout how its paths are made."
            )
        for student, wanted in chosen.items():
            if isinstance(wanted, Refused):
                yield student, wanted
            else:
                yield student, _read(opened, wanted, limits)


def _open(archive: Path) -> Archive:
    return zipfile.ZipFile(archive) if zipfile.is_zipfile(archive) else tarfile.open(archive)


def _regular_files(opened: Archive) -> Iterator[tuple[str, Info]]:
    """Path and entry of each regular file; links, devices and folders are passed over."""
    if isinstance(opened, zipfile.ZipFile):
        for info in opened.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not info.is_dir() and kind in (0, stat.S_IFREG):
                yield info.filename, info
    else:
        yield from ((info.name, info) for info in opened if info.isreg())


def _choose(
    members: Sequence[tuple[str, Info]], patterns: list[re.Pattern[str]], name: str
) -> dict[str, Info | Refused]:
    """For each student the one notebook to take, or a note that says why none was taken."""
    theirs: dict[str, list[tuple[str, Info]]] = {}
    for path, info in members:
        matches = (pattern.fullmatch(path.removeprefix("./")) for pattern in patterns)
        match = next((found for found in matches if found), None)
        if match and safe_id(match["student"]) and not _is_clutter(path):
            theirs.setdefault(match["student"], []).append((path, info))
    chosen: dict[str, Info | Refused] = {}
    for student, files in theirs.items():
        notebooks = [(path, info) for path, info in files if path.endswith(".ipynb")]
        exact = [info for path, info in notebooks if path.rsplit("/", 1)[-1] == f"{name}.ipynb"]
        if exact or len(notebooks) == 1:
            chosen[student] = exact[-1] if exact else notebooks[0][1]
        else:
            names = ", ".join(sorted(one_line(path, 80) for path, _ in notebooks or files)[:3])
            chosen[student] = _unclear(names) if notebooks else _without_notebook(names)
    return chosen


def _unclear(names: str) -> Refused:
    return Refused(
        f"which of these is the notebook? {names}",
        f"어느 것이 과제 노트북인지 알 수 없습니다: {names}",
    )


def _without_notebook(names: str) -> Refused:
    return Refused(
        f"there is no notebook (.ipynb), only {names}",
        f"노트북(.ipynb)이 없고 다음 파일만 있습니다: {names}",
    )


def safe_id(student: str) -> bool:
    """Whether a text can be a student's id and the name of a folder."""
    return (
        bool(student)
        and not student.startswith(".")
        and "/" not in student
        and "\\" not in student
        and not student_id_problem(student)
    )


def _is_clutter(path: str) -> bool:
    # What macOS and Jupyter add to folders by themselves.
    return any(part in ("__MACOSX", ".ipynb_checkpoints") for part in path.split("/"))


def _read(opened: Archive, info: Info, limits: Limits) -> bytes | Refused:
    most = limits.submission_bytes
    try:
        if isinstance(opened, zipfile.ZipFile):
            assert isinstance(info, zipfile.ZipInfo)
            with opened.open(info) as file:
                content = file.read(most + 1)
        else:
            assert isinstance(info, tarfile.TarInfo)
            with opened.extractfile(info) or io.BytesIO() as file:
                content = file.read(most + 1)
    except BROKEN as error:
        reason = one_line(str(error)) or type(error).__name__
        return Refused(
            f"it cannot be unpacked from the archive it came in ({reason})",
            f"압축 파일에서 노트북을 풀 수 없습니다({reason}).",
        )
    return too_large(most) if len(content) > most else content


def take(
    course: Course,
    name: str,
    student: str,
    content: bytes | Refused,
    received: str,
    update: bool,
) -> Collected:
    """Put one notebook and the time it was received where grading finds them.

    Args:
        course: the course folder.
        name: the problem set.
        student: an id without anything a path could go astray on.
        content: the notebook's bytes, whatever they are, or why there are none; that is kept
            for the student to read.
        received: the time for timestamp.txt, or an empty text for none.
        update: replace another one that is there.
    """
    folder = course.path("submitted", codes_by_id(course).get(student, student), name)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    if isinstance(content, Refused):
        if not path.exists():
            write_whole(folder / REFUSED, json.dumps(asdict(content), ensure_ascii=False))
        return Collected(student, "missing", content.english)
    status = "new"
    if path.exists():
        if path.read_bytes() == content:
            return Collected(student, "same", "")
        if not update:
            return Collected(student, "kept", "another one is there; --update replaces it")
        status = "replaced"
    # The time first: a notebook without one would never be late.
    if received:
        write_whole(folder / TIMESTAMP, f"{received}\n".encode())
    else:
        (folder / TIMESTAMP).unlink(missing_ok=True)
    write_whole(path, content)
    (folder / REFUSED).unlink(missing_ok=True)
    return Collected(student, status, "")

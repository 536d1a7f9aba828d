"""nbgrader's exchange, the shared folder where students fetch and submit by themselves.

nbgrader's own commands work on a course of ours. Here is what they leave open: the address of
a page of feedback, and a time of receipt that a student cannot write.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from .anonymous import codes_by_id
from .collect import Collected, Refused, safe_id, take, too_large
from .course import Course
from .errors import GraderError, one_line
from .moments import stamp
from .record import write_whole
from .submission import TIMESTAMP

SECRET = "submission_secret.txt"
MOST_BYTES = 1000
"""Of a timestamp or a secret."""


def address_pages(course: Course, name: str, students: Iterable[str]) -> None:
    """Lay beside pages of feedback what `nbgrader release_feedback` makes their address from.

    A submission that came another way has no secret; among others that have one it gets a
    secret nobody knows, so that the command does not stop at it.
    """
    students = list(students)
    found = {
        student: _small_file(course.path("submitted", student, name) / SECRET)
        for student in students
    }
    if not any(found.values()):
        return
    for student, secret in found.items():
        folder = course.path("feedback", student, name)
        received = _small_file(course.path("submitted", student, name) / TIMESTAMP)
        write_whole(folder / TIMESTAMP, received or b"")
        write_whole(folder / SECRET, secret or secrets.token_hex(64))
        (folder / SECRET).chmod(0o600)


def _small_file(path: Path) -> bytes | None:
    try:
        return _open(path, MOST_BYTES).content
    except OSError:
        return None


@dataclass(frozen=True)
class _File:
    content: bytes
    owner: int
    changed: datetime


def _open(path: Path, most: int) -> _File:
    """The first bytes of a regular file, and whose it is; all from one open file.

    Between a look at a path and its opening a student could put a link there, to what only
    the instructor may read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        changed = datetime.fromtimestamp(facts.st_ctime, timezone.utc).replace(tzinfo=None)
        return _File(file.read(most), facts.st_uid, changed)


def collect_exchange(
    course: Course, name: str, *, update: bool = False, any_owner: bool = False
) -> list[Collected]:
    """Take each student's last submission out of the exchange.

    `nbgrader collect` believes the time in the name of a submission's folder, which the
    student writes. Here the time is when the notebook's file last changed by the file
    system's own account (its ctime), which no ordinary user can set back.

    Args:
        course: the course folder.
        name: the problem set.
        update: replace a submission that differs from the one collected before.
        any_owner: believe a folder's name even where its owner is somebody else, as where
            all students share one user.

    Raises:
        GraderError: for an unknown set, or an exchange without this course.
    """
    course.check_problem_set(name)
    inbound = _inbound(course)
    course.check_disk()
    codes = codes_by_id(course)
    found: dict[str, Collected] = {}
    for student, folder in _latest(inbound, name).items():
        try:
            file = _open(folder / f"{name}.ipynb", course.limits.submission_bytes + 1)
            note: Refused | None = _refusal(
                file, student, course.limits.submission_bytes, any_owner
            )
        except FileNotFoundError:
            note = Refused(
                f"there is no {name}.ipynb in it",
                f"제출한 폴더에 {name}.ipynb 파일이 없습니다.",
            )
        except OSError as error:
            note = Refused(
                f"{name}.ipynb cannot be read ({error.strerror})",
                f"{name}.ipynb 파일을 읽을 수 없습니다({error.strerror}).",
            )
        if note:
            found[student] = take(course, name, student, note, "", update)
            continue
        received = stamp(file.changed)
        found[student] = take(course, name, student, file.content, received, update)
        secret = _small_file(folder / SECRET)
        if secret and found[student].status in ("new", "replaced"):
            place = course.path("submitted", codes.get(student, student), name)
            write_whole(place / SECRET, secret)
    return [found[student] for student in sorted(found)]


def _refusal(file: _File, student: str, most: int, any_owner: bool) -> Refused | None:
    if not any_owner and _user_name(file.owner) != student:
        owner = one_line(_user_name(file.owner), 60)
        return Refused(
            f"its notebook belongs to {owner}; --any-owner takes it all the same",
            "제출한 노트북의 소유자가 다른 사용자입니다. 강의자에게 문의해 주세요.",
        )
    if len(file.content) > most:
        return too_large(most)
    return None


def _user_name(number: int) -> str:
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError):
        return f"user {number}, who has no name here"


def _inbound(course: Course) -> Path:
    from nbgrader.exchange.default import Exchange

    root = Path(Exchange(config=course.config).root)
    inbound = root / course.directory.course_id / "inbound"
    if not course.directory.course_id or not inbound.is_dir():
        raise GraderError(
            f"The exchange has no folder {inbound}: set c.Exchange.root and "
            "c.CourseDirectory.course_id in nbgrader_config.py, and run "
            "`nbgrader release_assignment` once."
        )
    return inbound


def _latest(inbound: Path, name: str) -> dict[str, Path]:
    """The last folder of each student, by the file system's time."""
    latest: dict[str, tuple[float, Path]] = {}
    for folder in sorted(inbound.iterdir()):
        student, _, rest = folder.name.partition("+")
        wanted = rest.startswith(f"{name}+") and not folder.is_symlink() and folder.is_dir()
        if not wanted or not safe_id(student):
            continue
        with suppress(OSError):
            notebook = folder / f"{name}.ipynb"
            changed = (notebook if notebook.exists() else folder).lstat().st_ctime
            if student not in latest or changed >= latest[student][0]:
                latest[student] = changed, folder
    return {student: folder for student, (_, folder) in latest.items()}

"""What can go wrong in words an instructor can act on."""

from __future__ import annotations

import errno
import sys

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class GraderError(Exception):
    """A mistake or a missing thing outside the code; the message is one line.

    The command line prints the message alone and exits with a status other than 0.
    """


class NotebookError(GraderError):
    """A file that should be a notebook and is not; `korean` says the same in Korean."""

    def __init__(self, english: str, korean: str) -> None:
        super().__init__(english)
        self.korean = korean

    def __reduce__(self) -> tuple[type[NotebookError], tuple[str, str]]:
        # An exception that cannot be read back would end all worker processes.
        return type(self), (str(self), self.korean)


def concerns_everyone(error: BaseException) -> bool:
    """Whether an error is the machine's or the gradebook's, not one submission's."""
    if isinstance(error, OSError):
        return error.errno in (*NO_ROOM, errno.EROFS)
    return isinstance(error, MemoryError) or _is_database_error(error)


def in_plain_words(error: BaseException) -> str | None:
    """One line for an error that has a known cause and cure, or None."""
    if isinstance(error, GraderError):
        return one_line(str(error))
    if _is_database_error(error):
        return _about_gradebook(one_line(str(getattr(error, "orig", None) or error)))
    if isinstance(error, OSError):
        return _about_file(error)
    if isinstance(error, ModuleNotFoundError) and error.name and "." not in error.name:
        return (
            f"The package {error.name} is not installed: "
            "install what the grader needs with `pip install 'dlcourse[grader]'`."
        )
    return None


def one_line(text: str, most: int = 400) -> str:
    """`text` on one line, without control characters, cut after `most` characters."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _is_database_error(error: BaseException) -> bool:
    # Looked up, not imported: worker processes, which have no gradebook, start faster.
    loaded = sys.modules.get("sqlalchemy.exc")
    return loaded is not None and isinstance(error, loaded.SQLAlchemyError)


def _about_gradebook(reason: str) -> str:
    if "locked" in reason:
        cure = "another program is writing to it; wait for it or close it, then run this again"
    elif "full" in reason:
        cure = "the disk is full; make room, then run this again"
    elif "no such column" in reason or "no such table" in reason:
        cure = (
            "an older nbgrader made it; copy it to a safe place, then run `nbgrader db upgrade`"
        )
    else:
        cure = "put back a copy, or mend what `c.CourseDirectory.db_url` names"
    return f"The gradebook cannot be used ({reason}): {cure}. What was graded before is kept."


def _about_file(error: OSError) -> str:
    place = f" while writing {error.filename}" if error.filename else ""
    if error.errno in NO_ROOM:
        return (
            f"The disk is full{place}: make room and run this again. "
            "What was graded before is kept."
        )
    reason = error.strerror or type(error).__name__
    return one_line(f"{error.filename or 'A file'} cannot be used: {reason}.")

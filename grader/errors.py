"""What can go wrong in words an instructor can act on."""

from __future__ import annotations


class GraderError(Exception):
    """A mistake or a missing thing outside the code; the message is one line.

    The command line prints the message alone and exits with a status other than 0.
    """


class NotebookError(GraderError):
    """A file that should be a notebook and is not; `korean` says the same in Korean."""

    def __init__(self, english: str, korean: str) -> None:
        super().__init__(english)
        self.korean = korean

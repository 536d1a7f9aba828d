"""Where the problem sets' sources lie: one rule for the grader, the book, make and the tests.

It needs nothing but the standard library, so that whoever only asks where they are loads none
of nbgrader.
"""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SOLUTIONS = "DLCOURSE_SOLUTIONS"
"""The variable that names the folder of the problem sets' sources, where it is not in the
repository."""


def solutions_folder(repository: Path = REPOSITORY) -> Path:
    """Where the problem sets' sources lie: $DLCOURSE_SOLUTIONS, else `solutions/` here.

    A relative path counts from the repository, so that make, tests and `grader`, wherever it
    is called, find the same folder.
    """
    named = os.environ.get(SOLUTIONS, "").strip()
    return repository / (Path(named).expanduser() if named else "solutions")

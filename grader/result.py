"""What the gradebook holds for one student's notebook, for the pages of feedback."""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import Gradebook, MissingEntry

from .errors import GraderError


@dataclass(frozen=True)
class Result:
    """What the gradebook holds for one student's notebook."""

    points: dict[str, tuple[float, float, bool]]
    """Score, highest score and whether a person must still look, by grade id."""
    comments: dict[str, str]
    score: float
    max_score: float
    penalty: float
    sources: dict[str, str]
    """The released cells' full sources, hidden tests included, by grade id."""


def find_result(gradebook: Gradebook, name: str, student: str) -> Result:
    """Read one student's points and comments.

    Raises:
        GraderError: if the student is not graded.
    """
    try:
        found = gradebook.find_submission_notebook(name, name, student)
    except MissingEntry:
        raise GraderError(f"{student!r} is not graded yet for {name!r}.") from None
    penalty = float(found.late_submission_penalty or 0)
    return Result(
        points={
            grade.name: (
                float(grade.score),
                float(grade.max_score),
                bool(grade.needs_manual_grade),
            )
            for grade in found.grades
        },
        comments={comment.name: comment.comment or "" for comment in found.comments},
        score=float(found.score) - penalty,
        max_score=float(found.max_score),
        penalty=penalty,
        sources={cell.name: cell.source for cell in found.notebook.source_cells},
    )

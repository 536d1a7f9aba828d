"""nbgrader's preprocessors over one gradebook that stays open.

nbgrader opens its gradebook anew in each step, which takes longer than the step, and commits
after every cell. Here a batch has one gradebook, and all that is written of one student is
committed at once: a run that is cut short leaves a student's scores whole or as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import (
    AssignLatePenalties,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

Result = tuple[NotebookNode, ResourcesDict]
OPEN = "gradebook"
"""Where `resources` hold the open gradebook."""


@contextmanager
def one_student(gradebook: Gradebook) -> Iterator[Gradebook]:
    """Commit what is written in the block at its end, once; undo all of it on an error."""
    session = gradebook.db
    session.commit = session.flush  # hides the method of the class
    try:
        yield gradebook
    except BaseException:
        del session.commit
        session.rollback()
        raise
    else:
        del session.commit
        session.commit()
    finally:
        session.remove()  # keeps nothing of a student, and no lock


class _Lent:
    """Takes the names and the gradebook a step works with from `resources`."""

    gradebook: Gradebook

    def take(self, resources: ResourcesDict) -> None:
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        self.student_id = names["student"]
        self.gradebook = resources[OPEN]


class LentOverwriteCells(_Lent, OverwriteCells):
    """nbgrader's OverwriteCells."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> Result:
        """Put back what the gradebook says of each of its cells."""
        self.take(resources)
        nb, resources = super(OverwriteCells, self).preprocess(nb, resources)
        if self.add_missing_cells:
            nb, resources = self.add_missing_grade_cells(nb, resources)
            nb, resources = self.add_missing_task_cells(nb, resources)
        return nb, resources


class LentOverwriteKernelspec(_Lent, OverwriteKernelspec):
    """nbgrader's OverwriteKernelspec."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> Result:
        """Put back the kernel the released notebook names."""
        self.take(resources)
        known = self.gradebook.find_notebook(self.notebook_id, self.assignment_id).kernelspec
        kernelspec = None if known is None else json.loads(known)
        if kernelspec:
            nb.metadata["kernelspec"] = kernelspec
        return nb, resources


class LentSaveAutoGrades(_Lent, SaveAutoGrades):
    """nbgrader's SaveAutoGrades."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> Result:
        """Write each cell's score and comment."""
        self.take(resources)
        return super(SaveAutoGrades, self).preprocess(nb, resources)


class LentAssignLatePenalties(_Lent, AssignLatePenalties):
    """nbgrader's AssignLatePenalties."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> Result:
        """Ask the course's plugin what being late costs."""
        self.take(resources)
        self.init_plugin()
        self.gradebook.db.flush()
        self.gradebook.db.expire_all()  # totals are computed from what was just written
        submission = self.gradebook.find_submission(self.assignment_id, self.student_id)
        notebook = self.gradebook.find_submission_notebook(
            self.notebook_id, self.assignment_id, self.student_id
        )
        notebook.late_submission_penalty = None
        late: Any = submission.total_seconds_late
        if late > 0:
            found = self.plugin_inst.late_submission_penalty(
                self.student_id, notebook.score, late
            )
            if found is not None:
                penalty = self._check_late_penalty(notebook, found)
                notebook.late_submission_penalty = penalty
        return nb, resources

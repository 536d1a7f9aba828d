"""The sample class: nbgrader's layout, with released sets in `exercises/`.

`grader`, `nbgrader` and its formgrader all read this file. Copy it to start a real course.
"""

from pathlib import Path

from grader.course import REPOSITORY
from grader.settings import configure

here = Path(__file__).resolve().parent
c = get_config()  # noqa: F821 (traitlets puts it there)
configure(c)
c.CourseDirectory.course_id = "side-by-side-sample"
c.CourseDirectory.root = str(here)
c.CourseDirectory.release_directory = str(REPOSITORY / "exercises")
# The sample class has an endless loop in it; nobody wants to wait a minute for that.
c.Limits.cell_seconds = 30

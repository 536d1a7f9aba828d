from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from traitlets.config import Config

from grader.restore import RestoreCells
from grader.submission import read_submission

from .tiny import RIGHT, SECRET, TinyCourse, role_of

ORDER = ["add", "add-check", "add-hidden", "share", "share-check", "explain"]


def restore(tiny: TinyCourse, nb: NotebookNode, config: Config | None = None) -> NotebookNode:
    path = tiny.submit("ann", nb)
    found = read_submission(path, tiny.course.limits)
    names = {"student": "ann", "assignment": "sums", "notebook": "sums"}
    resources = {"nbgrader": names | {"db_url": tiny.course.directory.db_url}}
    return RestoreCells(config=config or tiny.course.config).preprocess(found, resources)[0]


def ids(nb: NotebookNode) -> list[str]:
    return [cell.metadata.nbgrader.grade_id for cell in nb.cells if cell.metadata]


def test_an_untouched_notebook_keeps_its_cells_and_gets_the_released_roles(
    tiny: TinyCourse,
) -> None:
    nb = restore(tiny, tiny.notebook(**RIGHT))
    assert ids(nb) == ORDER
    released = {name: role_of(tiny.released, name).metadata.nbgrader for name in ORDER}
    for name in ORDER:
        role = role_of(nb, name).metadata.nbgrader
        for key in ("grade", "solution", "locked", "points"):
            assert role.get(key) == released[name].get(key)
    assert role_of(nb, "add").source == RIGHT["add"]


def test_points_and_roles_come_from_the_gradebook_alone(tiny: TinyCourse) -> None:
    nb = tiny.notebook()
    role_of(nb, "add-check").metadata.nbgrader.update(points=1000, locked=False)
    role_of(nb, "add").metadata.nbgrader.update(grade=True, points=50)
    made_up = {"nbgrader": {"grade_id": "bonus", "grade": True, "points": 50}}
    nb.cells.append(new_code_cell("1", metadata=made_up))
    nb = restore(tiny, nb)
    assert ids(nb) == ORDER
    assert role_of(nb, "add-check").metadata.nbgrader.points == 2
    assert role_of(nb, "add-check").metadata.nbgrader.locked
    assert not role_of(nb, "add").metadata.nbgrader.grade


def test_deleted_cells_come_back_where_they_were(tiny: TinyCourse) -> None:
    nb = tiny.notebook(**RIGHT)
    nb.cells = [cell for cell in nb.cells if "check" not in str(cell.metadata)]
    nb = restore(tiny, nb)
    assert ids(nb) == ORDER
    assert role_of(nb, "add-check").source.startswith("assert add(1, 2) == 3")


def test_nbgraders_own_default_leaves_deleted_cells_out(tiny: TinyCourse) -> None:
    nb = tiny.notebook(**RIGHT)
    nb.cells.remove(role_of(nb, "add-check"))
    nb.cells.remove(role_of(nb, "share"))
    nb = restore(tiny, nb, Config({"CourseDirectory": {}}))
    assert ids(nb) == ["add", "add-hidden", "share-check", "explain"]


def test_a_notebook_without_any_cell_gets_them_all(tiny: TinyCourse) -> None:
    nb = tiny.notebook()
    nb.cells = []
    nb = restore(tiny, nb)
    assert ids(nb) == ORDER
    assert SECRET in role_of(nb, "add-hidden").source


def test_of_two_cells_with_one_id_the_last_counts(tiny: TinyCourse) -> None:
    nb = tiny.notebook(add="first = 1")
    again = role_of(tiny.notebook(add="second = 2"), "add")
    nb.cells.append(again)
    nb = restore(tiny, nb)
    assert sorted(ids(nb)) == sorted(ORDER)
    assert role_of(nb, "add").source == "second = 2"
    assert "first = 1" in [cell.source for cell in nb.cells if not cell.metadata]


def test_a_cell_of_another_type_gets_its_type_back(tiny: TinyCourse) -> None:
    nb = tiny.notebook(**RIGHT)
    for index, cell in enumerate(nb.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "add":
            nb.cells[index] = new_markdown_cell(cell.source, metadata=cell.metadata)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "explain":
            nb.cells[index] = new_code_cell("Because", metadata=cell.metadata)
    nb = restore(tiny, nb)
    assert role_of(nb, "add").cell_type == "code"
    assert role_of(nb, "explain").cell_type == "markdown"


def test_ids_of_cells_are_unique(tiny: TinyCourse) -> None:
    nb = tiny.notebook()
    nb.cells = nb.cells[:4] * 2
    nb = restore(tiny, nb)
    cell_ids = [cell.id for cell in nb.cells]
    assert len(set(cell_ids)) == len(cell_ids)

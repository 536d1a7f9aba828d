from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import NotebookError
from grader.limits import Limits
from grader.submission import digest, read_submission, receipt_time

LIMITS = Limits(submission_bytes=300_000, cells=20)
CELL = {"cell_type": "code", "source": "x = 1", "metadata": {}}


def write(folder: Path, content: object) -> Path:
    path = folder / "sums.ipynb"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def notebook(*cells: object, **more: object) -> dict[str, object]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is not a Jupyter notebook"),
        ("print('hello')", "is not a Jupyter notebook"),
        ("[]", "names no nbformat"),
        ("null", "names no nbformat"),
        ("{}", "names no nbformat"),
        ({"nbformat": "4"}, "names no nbformat"),
        ({"nbformat": 99, "cells": []}, "nbformat 99 is not known"),
        ({"nbformat": 4, "cells": {}}, "no list of cells"),
        (notebook({"cell_type": "sql", "source": ""}), "is not a Jupyter notebook"),
        (notebook({"cell_type": "code"}), "is not a Jupyter notebook"),
        (notebook({**CELL, "source": 3}), "is not a Jupyter notebook"),
        (notebook({**CELL, "source": [1]}), "is not a Jupyter notebook"),
        (notebook(7), "is not a Jupyter notebook"),
        (notebook(*[CELL] * 21), "has 21 cells; at most 20 are allowed"),
        ({"nbformat": 3, "worksheets": 5}, "is not a Jupyter notebook"),
        ("[" * 200_000, "is not a Jupyter notebook"),
        ('{"a":' * 40_000, "is not a Jupyter notebook"),
        (b"\xff\xfe\x00\x01", "is not a Jupyter notebook"),
        (b"\0" * 1000, "is not a Jupyter notebook"),
        (" " * 300_001, "is larger than 292 KiB"),
    ],
)
def test_what_is_no_notebook_gets_one_line(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(NotebookError, match=words) as caught:
        read_submission(write(tmp_path, content), LIMITS)
    assert "\n" not in str(caught.value)
    assert caught.value.korean


def test_a_missing_notebook_names_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "sums (1).ipynb").write_text("{}")
    with pytest.raises(NotebookError, match=r"found sums \(1\).ipynb"):
        read_submission(tmp_path / "sums.ipynb", LIMITS)


def test_links_pipes_and_folders_are_not_opened(tmp_path: Path) -> None:
    target = write(tmp_path, notebook())
    (tmp_path / "link.ipynb").symlink_to(target)
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "way").symlink_to(tmp_path)
    for name in ("link.ipynb", "pipe.ipynb", "folder.ipynb", "way/sums.ipynb"):
        with pytest.raises(NotebookError, match="no regular file"):
            read_submission(tmp_path / name, LIMITS)


def test_only_sources_ids_and_pictures_are_kept(tmp_path: Path) -> None:
    role = {"grade_id": "a", "points": 99, "grade": True}
    code = {
        "cell_type": "code",
        "source": ["a = 1\n", "b = 2"],
        "metadata": {"nbgrader": role, "tags": ["skip-execution"]},
        "outputs": [{"anything": [[]]}],
        "id": "!!",
        "extra": 1,
    }
    text = {
        "cell_type": "markdown",
        "source": "see ![p](attachment:p.png)",
        "metadata": "none",
        "attachments": {
            "p.png": {"image/png": "QUJD", "text/html": "<script>"},
            "q": "no bundle",
        },
    }
    nb = read_submission(
        write(tmp_path, notebook(code, text, metadata={"kernelspec": 5})), LIMITS
    )
    assert [cell.source for cell in nb.cells] == ["a = 1\nb = 2", text["source"]]
    assert nb.cells[0].metadata == {"nbgrader": {"grade_id": "a"}}
    assert nb.cells[0].outputs == []
    assert nb.cells[1].metadata == {}
    assert nb.cells[1].attachments == {"p.png": {"image/png": "QUJD"}}
    assert nb.metadata == {}
    assert [cell.id for cell in nb.cells] == ["cell-1", "cell-2"]


def test_lone_surrogates_become_question_marks(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps(notebook({**CELL, "source": "x = '\ud800'"})))
    assert read_submission(path, LIMITS).cells[0].source == "x = '?'"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("cells", "cell_type", "source", "metadata", "nbgrader", "grade_id"),
                    *("attachments", "outputs", "nbformat", "worksheets", "id"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
CELLS = st.lists(
    st.fixed_dictionaries(
        {"cell_type": st.sampled_from(["code", "markdown", "raw", "x"])},
        optional={
            "source": st.text(max_size=30) | st.lists(st.text(max_size=9), max_size=3) | JSON,
            "metadata": JSON,
            "attachments": JSON,
            "outputs": JSON,
        },
    )
    | JSON,
    max_size=4,
)


@settings(max_examples=150)
@given(
    content=JSON
    | st.fixed_dictionaries(
        {"nbformat": st.sampled_from([2, 3, 4, 5, -1]), "cells": CELLS, "metadata": JSON}
    )
    | st.fixed_dictionaries({"nbformat": st.just(3), "worksheets": st.lists(JSON, max_size=2)})
)
def test_any_json_is_a_valid_notebook_or_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, content: object
) -> None:
    path = write(tmp_path_factory.mktemp("fuzz"), content)
    try:
        nb = read_submission(path, LIMITS)
    except NotebookError as error:
        assert "\n" not in str(error)
    else:
        nbformat.validate(nb)
        nbformat.writes(nb).encode()


def test_receipt_time(tmp_path: Path) -> None:
    path = write(tmp_path, notebook())
    assert receipt_time(path) is None
    stamp = tmp_path / "timestamp.txt"
    stamp.write_text("2026-03-01 09:00:00 +0900\n")
    received = receipt_time(path)
    assert received is not None and received.isoformat() == "2026-03-01T00:00:00"
    for rubbish in ("", "soon", "99999999999999", "0001-01-01"):
        stamp.write_text(rubbish)
        os.utime(stamp, (1_900_000_000, 1_900_000_000))
        received = receipt_time(path)
        assert received is not None and received.isoformat() == "2030-03-17T17:46:40"


def test_the_digest_changes_with_all_it_covers(tmp_path: Path) -> None:
    path = write(tmp_path, "a")
    seen = {digest("key", path), digest("other", path)}
    write(tmp_path, "b")
    seen.add(digest("key", path))
    (tmp_path / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    seen.add(digest("key", path))
    path.unlink()
    seen.add(digest("key", path))
    assert len(seen) == 5

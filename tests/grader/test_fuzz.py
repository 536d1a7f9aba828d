"""Notebooks that were tampered with, through what instructors and students see."""

from __future__ import annotations

import json
from typing import Any

import nbformat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.classreport import class_report, report_path
from grader.copied import CopyCheck
from grader.errors import GraderError
from grader.feedback import write_feedback
from grader.validate import validate

from .test_classreport import Page
from .tiny import FakeExecutor, TinyCourse

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        *("cells", "metadata", "nbformat", "source", "cell_type", "nbgrader", "grade_id"),
        "0",
        "1",
    ]
)


def mutate(data: Any, path: list[str], junk: Any) -> None:
    """Put junk where a path of keys and numbers leads, or as far as it goes."""
    for step in path[:-1]:
        if isinstance(data, list) and data:
            data = data[int(step) % len(data) if step.isdigit() else 0]
        elif isinstance(data, dict) and step in data:
            data = data[step]
    if isinstance(data, list) and data:
        data[-1] = junk
    elif isinstance(data, dict):
        data[path[-1]] = junk


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.lists(KEYS, min_size=1, max_size=5), JUNK), max_size=4))
def test_a_mutated_notebook_gives_a_row_a_page_and_a_report(
    tiny: TinyCourse, changes: list[tuple[list[str], Any]]
) -> None:
    data = json.loads(nbformat.writes(tiny.notebook()))
    for path, junk in changes:
        mutate(data, path, junk)
    tiny.path("ann").write_text(json.dumps(data))
    (record,) = tiny.grade(executor=FakeExecutor()).values()
    assert record.status in ("graded", "unreadable")
    pages = write_feedback(tiny.course, "sums")
    assert Page(pages["ann"].read_text()).tags
    target = report_path(tiny.course, "sums")
    assert "ann" in class_report(tiny.course, "sums", target, CopyCheck())


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spots=st.lists(st.tuples(st.integers(0, 10**5), st.binary(max_size=3)), max_size=6))
def test_validate_says_in_one_line_what_is_no_notebook(
    tiny: TinyCourse, spots: list[tuple[int, bytes]]
) -> None:
    content = bytearray(nbformat.writes(tiny.released).encode())
    content[:1] = b""  # no JSON from here on, whatever else is changed
    for place, junk in spots:
        content[place % len(content) : place % len(content) + 1] = junk
    path = tiny.path("ann")
    path.write_bytes(content)
    try:
        validate(path, tiny.course.limits)
    except GraderError as error:
        assert "\n" not in str(error)
    else:
        raise AssertionError("what is no notebook was run")

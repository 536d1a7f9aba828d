"""The cache of executed cells follows everything that outputs depend on."""

from __future__ import annotations

from pathlib import Path

import execution_cache
import execution_progress
import pytest
from nbformat.v4 import new_code_cell


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name in (
        "dlcourse/gan.py",
        "dlcourse/data/points.csv",
        "requirements.txt",
        "constraints.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"first version of {name}")
    return tmp_path


@pytest.mark.parametrize(
    "changed",
    ["dlcourse/gan.py", "dlcourse/data/points.csv", "requirements.txt", "constraints.txt"],
)
def test_a_change_of_what_cells_call_makes_a_new_cache(course, changed):
    before = execution_cache.cache_key(course, "small", "cpu")
    (course / changed).write_text("second version")
    assert execution_cache.cache_key(course, "small", "cpu") != before


def test_profile_and_device_have_caches_of_their_own(course):
    keys = {
        execution_cache.cache_key(course, profile, device)
        for profile in ("small", "full")
        for device in ("cpu", "cuda")
    }
    assert len(keys) == 4


def test_nothing_changed_keeps_the_cache(course):
    key = execution_cache.cache_key(course, "small", "cpu")
    (course / "dlcourse" / "__pycache__").mkdir()
    (course / "dlcourse" / "__pycache__" / "gan.pyc").write_text("compiled")
    assert execution_cache.cache_key(course, "small", "cpu") == key


def test_progress_is_said_every_five_seconds():
    now, lines = 0.0, []
    on_cell_start = execution_progress.cell_reporter(lines.append, lambda: now)
    for now, source in [(1, "a = 1"), (6, "train(\n  b)"), (8, "c"), (12, "draw()")]:  # noqa: B007
        on_cell_start(cell=new_code_cell(source), cell_index=0)
    assert lines == ["  6 s: train(", "  12 s: draw()"]

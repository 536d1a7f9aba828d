from __future__ import annotations

from traitlets.config import Config

from grader.hidden import BLACK, Hidden

CELL = """first = 1

### BEGIN HIDDEN TESTS

assert first == compute(1)
"a message in words"
### END HIDDEN TESTS

last = 2"""


def test_hidden_parts_are_cut_out_and_nothing_else() -> None:
    hidden = Hidden({"a": CELL, "b": "x = 1"}, Config())
    assert hidden.cells == {"a"}
    assert hidden.cut_out(CELL) == "first = 1\n\n\nlast = 2"
    assert hidden.cut_out("plain\n\ntext") == "plain\n\ntext"


def test_hidden_code_is_blacked_out_wherever_it_is_quoted() -> None:
    hidden = Hidden({"a": CELL}, Config())
    quoted = f"In = {CELL.splitlines()!r}"
    shown = hidden.black_out(quoted)
    assert "compute" not in shown and "HIDDEN" not in shown and BLACK in shown
    assert "a message in words" in shown and "last = 2" in shown


def test_mark_schemes_and_a_part_without_end_are_hidden_too() -> None:
    text = "Explain.\n\n### BEGIN MARK SCHEME\nOne point for each.\n### END MARK SCHEME\nWhy?"
    hidden = Hidden({"a": text}, Config())
    assert hidden.cut_out(text) == "Explain.\n\nWhy?"
    assert hidden.cut_out("a\n### BEGIN HIDDEN TESTS\nb\nc") == "a"


def test_a_course_may_use_marks_of_its_own() -> None:
    config = Config()
    config.ClearHiddenTests.begin_test_delimeter = "SECRET>"
    config.ClearHiddenTests.end_test_delimeter = "<SECRET"
    assert Hidden({}, config).cut_out("a\n# SECRET>\nb\n# <SECRET\nc") == "a\nc"

"""nbval judges real runs, kept or new, and shares them with the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from execution_cache.store import Store
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.book.tiny_course import FILES, Book

from . import __main__ as commands
from . import budget, references
from .replay import Replay
from .runs import Run

DRAWING = FILES["book/drawing.md"].replace(
    "```{code-cell}\n", "```{code-cell}\n:tags: [nbval-check-output]\n"
)
TOC = "format: jb-book\nroot: index\nchapters:\n- file: drawing\n"
NAME = "book/drawing"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """The tiny course, of which only one chapter is in the table of contents."""
    book = Book(tmp_path / "course")
    book.write("book/drawing.md", DRAWING)
    book.write("_toc.yml", TOC)
    book.set_environment(monkeypatch)
    monkeypatch.delenv("DLCOURSE_SOLUTIONS", raising=False)  # the tiny course has none
    monkeypatch.setattr(references, "REPOSITORY", book.root)
    monkeypatch.setattr(references, "HERE", book.root / "references")
    monkeypatch.setattr(commands, "NOTEBOOKS", book.root / "_build" / "notebooks")
    monkeypatch.setattr(commands, "REPORTS", book.root / "_build" / "reports")
    book.write("references/budget.yml", f"{NAME}: {{seconds: 1, work: 1, speed: 1}}\n")
    return book


@pytest.fixture
def command(book: Book, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Give a command; its exit status and what it says."""

    def give(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            commands.main(list(words))
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out + err

    return give


def test_whoever_runs_first_spares_the_other_the_work(book: Book, command) -> None:
    code, said = command("make")
    assert code == 0 and book.ran() == ["drawing"]
    assert book.build() == ["alone", "counting"]  # the site has the two others, too
    book.write("tiny/shapes/round.py", "def circle(): return 3 + 0\n")
    assert book.build() == ["drawing"]
    code, said = command("run")
    assert code == 0 and book.ran() == []
    assert "Executed now: none" in said
    assert said.rstrip().splitlines()[-2].endswith(f"profile and device: {NAME}")


def test_a_new_run_is_made_when_the_library_changed_or_all_shall_be_fresh(
    book: Book, command
) -> None:
    command("make")
    book.ran()
    book.write("tiny/shapes/round.py", "def circle(): return 2 + 1\n")
    code, said = command("run")
    assert code == 0 and book.ran() == ["drawing"]
    assert f"{NAME} is executed: tiny/shapes/round.py changed" in said
    assert f"Executed now: {NAME} (" in said
    code, said = command("run", "--fresh")
    assert code == 0 and book.ran() == ["drawing"]


@pytest.mark.parametrize("site_first", [True, False])
def test_another_output_is_red_whether_the_run_was_kept_or_made(
    book: Book, command, site_first: bool
) -> None:
    command("make")
    book.write("tiny/shapes/round.py", "def circle(): return 4\n")
    if site_first:
        book.build()
    book.ran()
    code, said = command("run")
    assert book.ran() == ([] if site_first else ["drawing"])
    assert code == 1 and "Cell outputs differ" in said
    assert "book/drawing" in said and "Cell 0" in said


def test_a_failing_cell_is_red_and_its_run_is_not_kept(book: Book, command) -> None:
    command("make")
    book.write("tiny/shapes/round.py", "def circle(): raise ValueError('no circle')\n")
    for _ in range(2):
        code, said = command("run")
        assert code == 1 and "no circle" in said
        assert "Executed now: book/drawing" in said
    entry = Store.here(book.root).entry(NAME, references.notebook(NAME))
    assert not entry.complete
    report = book.root / "_build" / "reports" / "failed" / "book.drawing.ipynb"
    assert (
        "no circle" in report.read_text()
        and "no circle" in report.with_suffix(".txt").read_text()
    )
    assert 'name="Cell 0"' in (book.root / "_build" / "reports" / "notebooks.xml").read_text()
    code, said = command("make")
    assert code == 1 and "book/drawing.md: a cell fails" in said and "no circle" in said


def test_a_reference_that_is_out_of_step_is_red(book: Book, command) -> None:
    command("make")
    book.write("book/drawing.md", DRAWING.replace("circle())", "circle() + 0)"))
    code, said = command("run")
    assert code == 1 and "out of step" in said
    code, said = command("check")
    assert code == 1 and "book/drawing.md: code cell 1 (import os) differs" in said


def test_what_is_not_in_the_cache_is_named(book: Book, command) -> None:
    code, said = command("waiting")
    assert code == 1 and f"{NAME} would be executed: it has not run yet" in said
    command("make")
    assert command("waiting", "--book") == (0, "The runs of all 1 notebooks are there.\n")
    book.write("tiny/shapes/round.py", "def circle(): return 2 + 1\n")
    code, said = command("waiting")
    assert code == 1 and f"{NAME} would be executed: tiny/shapes/round.py changed" in said


def test_the_full_profile_compares_nothing_and_still_fails_where_a_cell_does(
    book: Book, command, monkeypatch
) -> None:
    command("make")
    monkeypatch.setenv("DLCOURSE_PROFILE", "full")
    book.write("tiny/shapes/round.py", "def circle(): return 4\n")
    code, said = command("run")
    assert code == 0 and "nothing is compared" in said and f"Executed now: {NAME}" in said
    book.write("tiny/shapes/round.py", "def circle(): raise ValueError('no circle')\n")
    code, said = command("run")
    assert code == 1 and "no circle" in said


def test_a_notebook_without_an_estimate_is_named(book: Book, command) -> None:
    command("make")
    assert command("check")[0] == 0
    book.write("references/budget.yml", "book/gone: {seconds: 1, work: 1, speed: 1}\n")
    code, said = command("check")
    assert code == 1
    assert f"tests/notebooks/budget.yml: {NAME} is missing" in said
    assert "tests/notebooks/budget.yml: book/gone is no notebook" in said


def test_estimates_of_problem_sets_stay_where_no_source_is(book: Book) -> None:
    fields = "{seconds: 1, work: 1, speed: 1}"
    names = (NAME, "solutions/sums/sums")
    book.write("references/budget.yml", "".join(f"{name}: {fields}\n" for name in names))
    assert list(budget.problems()) == []
    book.write("solutions/other/other.md", "# Other\n")
    said = list(budget.problems())
    assert len(said) == 2 and "solutions/other/other is missing" in said[0]
    assert "solutions/sums/sums is no notebook" in said[1]


def test_repeated_runs_must_all_agree(book: Book, command) -> None:
    command("make")
    book.ran()
    code, said = command("repeat", "2")
    assert code == 0 and book.ran() == ["drawing", "drawing"]
    assert "2 runs gave the same checked outputs." in said
    # Counts the runs before it, so that no two give the same.
    changing = "import os\ndef circle(): return len(open(os.environ['RAN']).read())\n"
    book.write("tiny/shapes/round.py", changing)
    command("make")
    code, said = command("repeat", "2")
    assert code == 1 and "differs from the references" in said


def test_unknown_chapters_are_named(book: Book) -> None:
    result = CliRunner().invoke(commands.main, ["run", "nowhere"])
    assert result.exit_code == 1
    assert "There is no chapter 'nowhere'; there are: drawing." in result.output


def outputs_of(replay: Replay, source: str) -> list[str]:
    replay.execute_cell_input(source)
    kinds = []
    while (message := replay.get_message("iopub"))["msg_type"] != "status":
        kinds.append(message["msg_type"])
    return kinds


def test_cells_after_a_failure_did_not_run() -> None:
    error = new_output("error", ename="E", evalue="e", traceback=[])
    cells = [
        new_code_cell("a", execution_count=1),
        new_code_cell("b", execution_count=2, outputs=[error]),
        new_code_cell("c"),
    ]
    replay = Replay(Run(cells, failure="E: e"))
    assert [outputs_of(replay, name) for name in "abc"] == [[], ["error"], ["error"]]


def test_a_run_that_ended_without_a_word_fails_at_its_last_cell() -> None:
    cells = [new_code_cell("a", execution_count=1), new_code_cell("b"), new_code_cell("c")]
    replay = Replay(Run(cells, failure="A cell timed out"))
    assert outputs_of(replay, "a") == ["error"]
    assert outputs_of(replay, "b") == outputs_of(replay, "c") == ["error"]


def test_an_error_that_is_expected_is_none() -> None:
    error = new_output("error", ename="E", evalue="e", traceback=[])
    tags = {"tags": ["raises-exception"]}
    cells = [
        new_code_cell("a", execution_count=1, outputs=[error], metadata=tags),
        new_code_cell("b", execution_count=2),
    ]
    replay = Replay(Run(cells))
    assert [outputs_of(replay, name) for name in "ab"] == [["error"], []]


@pytest.mark.parametrize(
    ("then", "now", "same"),
    [
        ("took 1.5 s", "took 12.25 s", True),
        ("100%| 5/5 [00:01<00:00, 4.2it/s]", "100%| 5/5 [00:11<00:00, 0.4it/s]", True),
        ("1,024 images/s", "96.5 images/s", True),
        ("in /tmp/abc/run", "in /home/student/work", True),
        ("<object at 0x7f0001ab>", "<object at 0x7fffffff>", True),
        ("loss 1.5", "loss 1.6", False),
        ("5 steps", "6 steps", False),
        ("3 samples", "4 samples", False),
        ("shape (3, 4)", "shape (4, 3)", False),
        ("a/b = 0.5", "a/b = 0.25", False),
    ],
)
def test_only_what_differs_from_run_to_run_is_overlooked(
    tmp_path: Path, then: str, now: str, same: bool
) -> None:
    nb = new_notebook(metadata=references.KERNEL)
    tags = {"tags": [references.CHECKED]}
    nb.cells = [new_code_cell("a", execution_count=1, metadata=tags)]
    nb.cells[0].outputs = [new_output("stream", name="stdout", text=then)]
    nbformat.write(nb, tmp_path / "a.ipynb")
    ran = new_code_cell("a", execution_count=1)
    ran.outputs = [new_output("stream", name="stdout", text=now)]

    class Given(commands.Runs):
        def run(self, path: Path) -> Run:
            return Run([ran])

    options = [*commands.NBVAL, str(tmp_path / "a.ipynb")]
    assert pytest.main(options, plugins=[Given(tmp_path)]) == (0 if same else 1)

"""How one student of the class of thirty answers one problem set, and what that should earn."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from grader.release import SOLUTION_ONLY, tags
from tests.problem_sets.sheet import Mistake, Sheet, mistakes, right_ways, role

from .filling import as_text, fill, in_place_of_the_stub, released, released_text, without
from .people import Person
from .rewriting import with_named_results, with_other_names

GRADED, STOPPED, UNREADABLE = "graded", "stopped", "unreadable"
ENDLESS = "while True:\n    pass"
CRASH = "\n\nimport os\n\nos._exit(0)  # it works up to here"
SPOOFED = 1000
# A part of those who get an answer wrong have not written one.
LEFT_OUT = 0.25


@dataclass
class Work:
    """What a student hands in for a set."""

    sheet: Sheet
    answers: dict[str, str]
    lost: set[str]
    """Graded cells that earn nothing."""
    text: str = ""
    """The answer to the manual question."""
    status: str = GRADED
    trick: Callable[[NotebookNode], None] | None = field(default=None)
    """What is done to the notebook besides."""
    note: str = ""
    """What is remarkable about it."""

    def notebook(self) -> str:
        """The notebook's text; a file that is no notebook where it cannot be read."""
        if self.status == UNREADABLE:
            return released_text(self.sheet.name)[:1000]
        nb = released(self.sheet.name)
        fill(nb, self.answers, self.text)
        if self.trick:
            self.trick(nb)
        return as_text(nb)

    def points(self) -> dict[str, float]:
        """Automatic points by graded cell."""
        cells = self.sheet.points
        return {
            cell: 0 if cell in self.lost or self.status == UNREADABLE else points
            for cell, points in cells.items()
        }


@cache
def _sure_mistakes(name: str) -> dict[str, list[Mistake]]:
    """Mistakes by answer that lose the same cells whatever chance does."""
    found: dict[str, list[Mistake]] = {}
    for mistake in mistakes(name):
        if mistake.sure == mistake.possible:
            found.setdefault(mistake.answer, []).append(mistake)
    return found


def checks_of(sheet: Sheet, answer: str) -> set[str]:
    """The graded cells of an answer."""
    return {cell for cell in sheet.points if cell.startswith(f"{answer}-")}


def usual_work(sheet: Sheet, person: Person, ability: float, chance: random.Random) -> Work:
    """Right answers as often as the student is able, else mistakes and gaps."""
    work = Work(sheet, {}, set())
    ways = list(right_ways(sheet.name).values())
    for answer in sheet.answers:
        wrong = _sure_mistakes(sheet.name).get(answer, [])
        if chance.random() < ability:
            source = chance.choice(ways)[answer]
            work.answers[answer] = _in_own_words(source, chance)
        elif wrong and chance.random() > LEFT_OUT:
            made = chance.choice(wrong)
            work.answers[answer] = made.source
            work.lost |= made.sure
        else:
            work.lost |= checks_of(sheet, answer)
    work.text = _written_answer(sheet, person, ability)
    return work


def _in_own_words(source: str, chance: random.Random) -> str:
    habits: list[Callable[[str], str]] = [str, with_named_results, with_other_names]
    return chance.choice(habits)(source)


def _written_answer(sheet: Sheet, person: Person, ability: float) -> str:
    """The longer a part of the full answer, the abler the student; nothing from the weakest."""
    english, korean = full_answer(sheet)
    sentences = re.split(r"(?<=\.) ", korean if person.korean else english)
    kept = sentences[: round(ability * len(sentences))] if ability > 0.35 else []
    return " ".join(kept)


def full_answer(sheet: Sheet) -> tuple[str, str]:
    """What the source says below its manual question, in English and in Korean.

    Empty where it says nothing.
    """
    cells = sheet.notebook.cells
    asked = next(index for index, cell in enumerate(cells) if role(cell).get("task"))
    shown = (cell.source for cell in cells[asked:] if SOLUTION_ONLY in tags(cell))
    english, _, korean = next(shown, "").partition('<div lang="ko">')
    english, korean = (
        re.sub(r"^\*\*.+?\*\* ", "", text.partition("</div>")[0].strip())
        for text in (english, korean)
    )
    return english, korean


def _last_short_answer(sheet: Sheet) -> str:
    """The answer with the fewest checks, and of these the last."""
    answers = list(sheet.answers)[::-1]
    return min(answers, key=lambda answer: len(checks_of(sheet, answer)))


def _give_up(work: Work, answer: str, source: str) -> None:
    """Put code that earns nothing in an answer's place."""
    work.answers[answer] = source
    work.lost |= checks_of(work.sheet, answer)


def _stub(sheet: Sheet, answer: str) -> str:
    return Sheet(sheet.name, released=True).answers[answer]


def emptied_cell(work: Work, chance: random.Random) -> None:
    """One answer's cell is empty."""
    _give_up(work, chance.choice(list(work.sheet.answers)), "")


def deleted_test(work: Work, chance: random.Random) -> None:
    """A check that failed is gone, or, where none failed, any."""
    cell = chance.choice(sorted(work.lost or work.sheet.points))
    work.trick = lambda nb: without(nb, cell)


def endless_loop(work: Work, chance: random.Random) -> None:
    """One function never returns."""
    answer = _last_short_answer(work.sheet)
    _give_up(work, answer, in_place_of_the_stub(_stub(work.sheet, answer), ENDLESS))


def crash(work: Work, chance: random.Random) -> None:
    """The last answer ends the kernel."""
    answer = list(work.sheet.answers)[-1]
    _give_up(work, answer, _stub(work.sheet, answer) + CRASH)
    cells = work.sheet.notebook.cells
    place = next(i for i, cell in enumerate(cells) if role(cell).get("grade_id") == answer)
    work.lost |= {role(cell).get("grade_id") for cell in cells[place:]} & set(work.sheet.points)
    work.status = STOPPED


def spoofed_points(work: Work, chance: random.Random) -> None:
    """A check is worth more and says yes; and a cell claims the points."""
    lost = chance.choice(sorted(work.lost or work.sheet.points))

    def change(nb: NotebookNode) -> None:
        check = next(cell for cell in nb.cells if role(cell).get("grade_id") == lost)
        check.metadata.nbgrader.points = SPOOFED
        check.source = f"{SPOOFED}"
        nb.cells.append(new_code_cell(f'print("score: {SPOOFED}")\n{SPOOFED}', id="score"))

    work.trick = change


def broken_upload(work: Work, chance: random.Random) -> None:
    """A file that breaks off."""
    work.status = UNREADABLE


def copy_of(work: Work, note: str) -> Work:
    """Another student's work with other names."""
    answers = {answer: with_other_names(source) for answer, source in work.answers.items()}
    return Work(work.sheet, answers, set(work.lost), work.text, note=note)

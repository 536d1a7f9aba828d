"""Write a class of thirty students with what they handed in for all problem sets.

    python -m tests.tools.make_class FOLDER

The folder is a course: `walk.sh` in it leads from the class list to the reports. Beside it,
outside of what students hand in, `expected.json` says what each should earn. The same seed
gives the same bytes. Abilities differ, so do languages; every set also has late work, missing
work, and one or two of the troubles that a real class has.
"""

from __future__ import annotations

import json
import math
import random
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click

from tests.problem_sets.sheet import Sheet, names, released_names

from . import answering
from .answering import Work, copy_of, usual_work
from .people import PEOPLE, Person, roster

SEED = 20260901
KOREA = timezone(timedelta(hours=9))
FIRST_DEADLINE = datetime(2026, 9, 18, 18, 0, tzinfo=KOREA)
APART = timedelta(days=14)
TENTH_A_DAY = 0.1
LATE, ABSENT = 3, 2
"""Students of each set who hand in late, and who hand in nothing."""
DROPPED_OUT = "ivanova-darya"
"""On the class list, and never hands in anything."""
COPIER, COPIED = "lee-jia", "sharma-ananya"
EXTENDED = timedelta(days=3)

Trick = Callable[[Work, random.Random], None]
TRICKS: dict[str, Trick] = {
    "kwon-dohyun": answering.emptied_cell,
    "costa-mariana": answering.deleted_test,
    "andersson-nils": answering.endless_loop,
    "choi-hyunwoo": answering.spoofed_points,
    "nguyen-minh": answering.crash,
    "tanaka-ren": answering.broken_upload,
}
"""Who is up to something, in one problem set each."""

CONFIG = '''"""A class of thirty, made by tests/tools/make_class.py to try the whole flow on."""

import math
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin

from grader.settings import configure


class TenthADay(LateSubmissionPlugin):
    """Takes a tenth of the points for each day that has begun."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return min(score, 0.1 * score * math.ceil(total_seconds_late / 86400))


c = get_config()  # noqa: F821 (traitlets puts it there)
configure(c)
c.CourseDirectory.course_id = "side-by-side-thirty"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.AssignLatePenalties.plugin_class = TenthADay
'''
WALK = """#!/usr/bin/env bash
# From the class list to the reports, with the command `grader`; or give the lines one by one.
set -euo pipefail
cd "$(dirname "$0")"
export GRADER_COURSE=$PWD
if ! command -v grader >/dev/null; then
  echo 'There is no command grader: put .venv/bin of the repository in front of PATH.' >&2
  exit 1
fi

grader release all
grader roster roster.csv
{deadlines}
for set in {sets}; do
  grader autograde $set --mode isolated
  grader feedback $set
  grader report $set --format html
done
echo "Grade the written answers with: GRADER_COURSE=$PWD grader formgrader"
"""


def deadline(number: int) -> datetime:
    """The deadline of the problem set with this number, counted from 0."""
    return FIRST_DEADLINE + number * APART


def complete_sets() -> list[str]:
    """The problem sets that have answers and are released."""
    return sorted({*names()} & {*released_names()})


class Class:
    """What everybody hands in.

    Args:
        seed: decides on everything that is left to chance.
        sets: names of problem sets; those that exist, if not given.
    """

    def __init__(self, seed: int = SEED, sets: list[str] | None = None) -> None:
        self.seed = seed
        self.sheets = [Sheet(name) for name in sets or complete_sets()]

    def chance(self, *what: str) -> random.Random:
        """A source of random numbers for one decision, whatever else is decided."""
        return random.Random("/".join([str(self.seed), *what]))

    def ability(self, person: Person) -> float:
        """The share of answers that this student gets right."""
        return self.chance(person.id).betavariate(3, 1.2)

    def absent(self, sheet: Sheet) -> set[str]:
        """Who hands in nothing for this set."""
        return {DROPPED_OUT, *self._unusual(sheet)[LATE:]}

    def late(self, sheet: Sheet) -> set[str]:
        """Who hands in after the deadline."""
        return set(self._unusual(sheet)[:LATE])

    def extended(self, sheet: Sheet) -> str:
        """Whose deadline is later, who is late and would not be with the extension."""
        return min(self.late(sheet))

    def _unusual(self, sheet: Sheet) -> list[str]:
        """Those who are late, then those who are absent."""
        # Whoever is part of a trick hands in, and in time.
        spared = {*TRICKS, COPIER, COPIED, DROPPED_OUT}
        usual = [one.id for one in PEOPLE if one.id not in spared]
        return self.chance(sheet.name).sample(usual, LATE + ABSENT)

    def work(self, sheet: Sheet, person: Person) -> Work:
        """What a student hands in for a set."""
        if person.id == COPIER and self._turn(sheet, 0):
            source = next(one for one in PEOPLE if one.id == COPIED)
            return copy_of(self.work(sheet, source), f"Copied from {COPIED}, with other names.")
        chance = self.chance(sheet.name, person.id)
        work = usual_work(sheet, person, self.ability(person), chance)
        tricks = list(TRICKS)
        if person.id in tricks and self._turn(sheet, tricks.index(person.id) + 1):
            trick = TRICKS[person.id]
            trick(work, chance)
            work.note = str(trick.__doc__)
        return work

    def _turn(self, sheet: Sheet, number: int) -> bool:
        """Whether the trick of this number belongs to this set: they go round the sets."""
        return number % len(self.sheets) == self.sheets.index(sheet)

    def received(self, sheet: Sheet, person: Person) -> datetime:
        """When the work came in."""
        due = deadline(self.sheets.index(sheet))
        chance = self.chance(sheet.name, person.id, "time")
        if person.id == self.extended(sheet):
            return due + timedelta(seconds=chance.randrange(3600, 2 * 24 * 3600))
        if person.id in self.late(sheet):
            return due + timedelta(seconds=chance.randrange(600, 4 * 24 * 3600))
        return due - timedelta(seconds=chance.randrange(60, 6 * 24 * 3600))

    def files(self) -> dict[str, str]:
        """All files of the course, by their path in its folder."""
        found = {"nbgrader_config.py": CONFIG, "roster.csv": roster(), "walk.sh": self._walk()}
        expected: dict[str, dict[str, object]] = {}
        for sheet in self.sheets:
            expected[sheet.name] = {}
            for person in PEOPLE:
                if person.id in self.absent(sheet):
                    continue
                work, place = self.work(sheet, person), f"submitted/{person.id}/{sheet.name}"
                when = self.received(sheet, person)
                stamp = f"{when.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC\n"
                found[f"{place}/{sheet.name}.ipynb"] = work.notebook()
                found[f"{place}/timestamp.txt"] = stamp
                expected[sheet.name][person.id] = self._expected(sheet, person, work, when)
        found["expected.json"] = json.dumps(expected, indent=1) + "\n"
        return found

    def _expected(self, sheet: Sheet, person: Person, work: Work, when: datetime) -> dict:
        points = work.points()
        due = deadline(self.sheets.index(sheet))
        if person.id == self.extended(sheet):
            due += EXTENDED
        days = max(0, math.ceil((when - due) / timedelta(days=1)))
        earned = sum(points.values())
        penalty = min(earned, round(TENTH_A_DAY * days * earned, 6))
        found = {"status": work.status, "points": earned, "penalty": penalty, "cells": points}
        return found | ({"note": work.note} if work.note else {})

    def _walk(self) -> str:
        lines = []
        for number, sheet in enumerate(self.sheets):
            due = deadline(number)
            command = f"grader deadline {sheet.name}"
            lines.append(f"{command} '{due:%Y-%m-%d %H:%M %z}'")
            later = f"'{due + EXTENDED:%Y-%m-%d %H:%M %z}'"
            lines.append(f"{command} {later} --student {self.extended(sheet)}")
        sets = " ".join(sheet.name for sheet in self.sheets)
        return WALK.format(deadlines="\n".join(lines), sets=sets)


def write_class(folder: Path, made: Class) -> None:
    """Write all files; what was handed in before is replaced, what was graded stays.

    Raises:
        click.ClickException: for a folder that holds something else.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "expected.json").is_file():
        raise click.ClickException(f"{folder} is not empty, and no class that this has made.")
    files = made.files()
    shutil.rmtree(folder / "submitted", ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "walk.sh").chmod(0o755)


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seed", default=SEED, show_default=True)
def main(folder: Path, seed: int) -> None:
    """Write the class and say what to do with it."""
    made = Class(seed)
    if not made.sheets:
        raise click.ClickException("There are no sources of problem sets to make answers from.")
    write_class(folder, made)
    sets = ", ".join(sheet.name for sheet in made.sheets)
    click.echo(f"{folder}: {len(PEOPLE)} students, {sets}. Next: {folder}/walk.sh")


if __name__ == "__main__":
    main()

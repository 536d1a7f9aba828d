"""The estimate of GPU minutes for each notebook, from budget.yml beside this file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from . import references

BUDGET = "budget.yml"
GPU_WORKFLOW = Path(".github") / "workflows" / "gpu.yml"
# Installing the packages and fetching the data, beside the notebooks themselves.
OTHER_MINUTES = 30


@dataclass(frozen=True)
class Estimate:
    """What a notebook is expected to take.

    Attributes:
        seconds: of the small profile on two CPU cores, at most.
        work: how much more the full profile computes.
        speed: how much faster the GPU does it; 1 where it waits for Python or for a clock.
    """

    seconds: float
    work: float
    speed: float

    @property
    def gpu_minutes(self) -> float:
        """Minutes of the full profile on a GPU."""
        return self.seconds * self.work / self.speed / 60


def read() -> dict[str, Estimate]:
    """The estimates by name, like "book/gan/gan"."""
    text = (references.HERE / BUDGET).read_text(encoding="utf-8")
    return {name: Estimate(**fields) for name, fields in yaml.safe_load(text).items()}


def notebooks() -> list[str]:
    """Names of all notebooks that are executed."""
    return [*(f"book/{name}" for name in references.chapters()), *references.solved_sets()]


def problems() -> Iterator[str]:
    """A line for each notebook without an estimate, and each estimate without a notebook.

    Where there is no source of a problem set, as in a public copy, their estimates stay.
    """
    estimates, wanted = read(), notebooks()
    absent = not references.solved_sets()
    shown = f"tests/notebooks/{BUDGET}"
    for name in wanted:
        if name not in estimates:
            yield f"{shown}: {name} is missing; add: {name}: {{seconds: 5, work: 1, speed: 1}}"
    for name in estimates:
        if name not in wanted and not (absent and name.startswith("solutions/")):
            yield f"{shown}: {name} is no notebook"


def total_minutes() -> float:
    """Minutes of the whole run on a GPU."""
    return OTHER_MINUTES + sum(estimate.gpu_minutes for estimate in read().values())


def allowed_minutes() -> int:
    """After how many minutes the workflow stops the run."""
    text = (references.REPOSITORY / GPU_WORKFLOW).read_text(encoding="utf-8")
    found = re.search(r"timeout-minutes: (\d+)", text)
    assert found, f"{GPU_WORKFLOW} has no timeout-minutes"
    return int(found[1])


def table() -> Iterator[tuple[str, str, str]]:
    """Name, seconds of the small profile and minutes on a GPU, the longest first."""
    for name, estimate in sorted(read().items(), key=lambda item: -item[1].gpu_minutes):
        yield name, f"{estimate.seconds:g}", f"{estimate.gpu_minutes:.1f}"
    yield "packages and data", "", f"{OTHER_MINUTES}"
    yield "in all", "", f"{total_minutes():.0f} of {allowed_minutes()}"

"""What a benchmark is, what it yields, and how the areas are found."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

import tests.bench

Better = Literal["higher", "lower"]
MIN_RUNS = 5


@dataclass(frozen=True)
class Measurement:
    """One figure beside its target.

    Attributes:
        name: begins with the area and a dot.
        value: what was measured, most often a median.
        unit: of the value; for a ratio also the peer with its version.
        target: what the value is to reach; None where it is only reported.
        better: which direction is better.
        runs: the single values behind it.
    """

    name: str
    value: float
    unit: str
    target: float | None
    better: Better
    runs: Sequence[float]

    @property
    def ok(self) -> bool:
        """Whether the target is reached; true where there is none."""
        if self.target is None:
            return True
        if self.better == "higher":
            return self.value >= self.target
        return self.value <= self.target

    def as_json(self) -> dict[str, object]:
        """Return the record of ``_build/bench.json``."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "target": self.target,
            "better": self.better,
            "ok": self.ok,
            "runs": list(self.runs),
        }


@dataclass(frozen=True)
class Benchmark:
    """A function that measures; ``long`` ones run only when asked for."""

    measure: Callable[[], Iterator[Measurement]]
    long: bool

    @property
    def name(self) -> str:
        """The function's name."""
        return self.measure.__name__


_registered: dict[str, list[Benchmark]] = {}


def benchmark(
    area: str, *, long: bool = False
) -> Callable[[Callable[[], Iterator[Measurement]]], Callable[[], Iterator[Measurement]]]:
    """Register a function of an area.

    Args:
        area: the first part of its measurements' names.
        long: it takes so long that it runs only with ``--long``.
    """

    def register(measure: Callable[[], Iterator[Measurement]]) -> Callable:
        _registered.setdefault(area, []).append(Benchmark(measure, long))
        return measure

    return register


def areas() -> dict[str, list[Benchmark]]:
    """Import every area module and return the benchmarks by area."""
    for module in pkgutil.iter_modules(tests.bench.__path__):
        if module.name.startswith("area_"):
            importlib.import_module(f"tests.bench.{module.name}")
    return dict(sorted(_registered.items()))


def alternate(
    tasks: Sequence[Callable[[], float]], runs: int = 7
) -> tuple[tuple[float, ...], ...]:
    """Measure several tasks in turn, so that a slow moment of the machine hits them all.

    Each task is called once before, unmeasured. A task returns its own figure, so that
    it may prepare without that counting.

    Raises:
        ValueError: fewer runs than a median needs.
    """
    if runs < MIN_RUNS:
        raise ValueError(f"runs must be at least {MIN_RUNS}, got {runs}")
    for task in tasks:
        task()
    rounds = [[task() for task in tasks] for _ in range(runs)]
    return tuple(zip(*rounds, strict=True))


def seconds(function: Callable[[], object]) -> float:
    """Return the wall-clock seconds one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch use so many threads inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def ratio(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    peer: str,
    target: float | None,
    better: Better = "higher",
) -> Measurement:
    """Return the median of ours over the median of theirs; the runs are round by round."""
    rounds = [a / b for a, b in zip(ours, theirs, strict=True)]
    value = statistics.median(ours) / statistics.median(theirs)
    return Measurement(name, value, f"× {peer}", target, better, rounds)

"""Run benchmarks, print a table, write ``_build/bench.json`` and draw ``_build/bench.svg``.

Records of areas that were not run stay in the file. What each figure was measured on lies
beside it in ``_build/bench-machines.json``. The exit status is 1 if a target is missed, 2 if a
benchmark failed.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from tests.bench import chart, machine, registry

RESULTS = Path(__file__).parents[2] / "_build" / "bench.json"


@click.command(help=__doc__)
@click.option("--area", "chosen", multiple=True, help="Run only this area; may be repeated.")
@click.option("--only", help="Run only benchmarks whose name contains this.")
@click.option("--long", "with_long", is_flag=True, help="Run the long ones too.")
@click.option("--list", "listing", is_flag=True, help="Only name the benchmarks.")
def main(chosen: tuple[str, ...], only: str | None, with_long: bool, listing: bool) -> None:
    """Parse the command line and run."""
    areas = registry.areas()
    unknown = sorted(set(chosen) - set(areas))
    if unknown:
        raise click.UsageError(
            f"there is no area {', '.join(unknown)}; there are {', '.join(areas)}"
        )
    plan = [
        (area, task)
        for area, tasks in areas.items()
        if not chosen or area in chosen
        for task in tasks
        if (with_long or not task.long or only) and (not only or only in task.name)
    ]
    if listing:
        for area, task in plan:
            click.echo(f"{area:10} {task.name}{'  (long)' if task.long else ''}")
        return
    here = machine.describe()
    click.echo(here)
    measured, failed = run(plan)
    click.echo(table(measured))
    click.echo(tally(measured, failed))
    write(measured, here)
    sys.exit(2 if failed else 0 if all(m.ok for m in measured) else 1)


def run(
    plan: list[tuple[str, registry.Benchmark]],
) -> tuple[list[registry.Measurement], list[str]]:
    """Run the benchmarks in turn; one that fails does not stop the rest."""
    measured, failed = [], []
    for number, (area, task) in enumerate(plan, 1):
        click.echo(f"[{number}/{len(plan)}] {area}: {task.name} …", err=True)
        start = time.perf_counter()
        try:
            measured += list(task.measure())
        except Exception:
            traceback.print_exc()
            failed.append(task.name)
        click.echo(f"    {time.perf_counter() - start:.0f} s", err=True)
    return measured, failed


def table(measured: list[registry.Measurement]) -> str:
    """Return the figures as a table."""
    rows = [
        (
            m.name,
            f"{m.value:.3g}" if abs(m.value) < 1000 else f"{m.value:,.0f}",
            m.unit,
            "" if m.target is None else f"{'≥' if m.better == 'higher' else '≤'} {m.target:g}",
            "" if m.target is None else "reached" if m.ok else "MISSED",
            len(m.runs),
        )
        for m in measured
    ]
    return tabulate(rows, headers=("figure", "value", "unit", "target", "", "runs"))


def tally(measured: list[registry.Measurement], failed: list[str]) -> str:
    """Return one line that says how many targets are reached, and names those missed."""
    aimed = [m for m in measured if m.target is not None]
    missed = [m.name for m in aimed if not m.ok]
    line = f"{len(aimed) - len(missed)} of {len(aimed)} targets reached"
    if missed:
        line += f"; missed: {', '.join(missed)}"
    return line + (f"; failed: {', '.join(failed)}" if failed else "")


def write(measured: list[registry.Measurement], here: str) -> None:
    """Put the figures into the files in place of those of the same names, and draw them all.

    Args:
        measured: the new figures.
        here: what they were measured on.
    """
    names = {m.name for m in measured}
    kept = [record for record in _read(RESULTS, []) if record["name"] not in names]
    records = sorted([*kept, *(m.as_json() for m in measured)], key=lambda r: r["name"])
    machines = _read(RESULTS.with_name("bench-machines.json"), {}) | dict.fromkeys(names, here)
    machines = {record["name"]: machines.get(record["name"], "unknown") for record in records}
    RESULTS.parent.mkdir(exist_ok=True)
    for path, content in (
        (RESULTS, records),
        (RESULTS.with_name("bench-machines.json"), machines),
    ):
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    chart.draw(records, machines, RESULTS.with_suffix(".svg"))


def _read(path: Path, otherwise: Any) -> Any:
    return json.loads(path.read_text()) if path.is_file() else otherwise


if __name__ == "__main__":
    main()

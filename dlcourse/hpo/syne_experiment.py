"""Syne Tune's experiments as our results, so that our plots draw them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dlcourse.hpo.jobs import Result, Results, Status


def from_experiment(experiment: Any, *, num_workers: int | None = None) -> Results:
    """Return what ``load_experiment`` gives as results that our plots can draw.

    A trial's time runs from where it made its ``Reporter`` to its last report, on the clock of
    its own process; what lies between two trials of a worker is the start of a process and
    the wait for the tuner's next look. Syne Tune does not note which worker ran a trial: the
    one is named that had been idle longest. A trial that ASHA stopped counts as finished,
    at the epoch where it was stopped; one stopped by the end of the run as cut.

    Args:
        experiment: loaded while its folder exists.
        num_workers: of the run; as many as were busy at the same time if None.

    Raises:
        ValueError: the folder is gone or holds no trial, or the metric was maximized.
    """
    if experiment.metadata is None:
        raise ValueError(
            f"there is no experiment in {experiment.path}; was it loaded too late?"
        )
    if experiment.metadata["metric_mode"] != "min":
        raise ValueError("the experiment maximized its metric; report an error to be minimized")
    metric = experiment.metadata["metric_names"][0]
    origin = experiment.metadata["st_tuner_start_timestamp"]
    rows: dict[int, list[dict[str, Any]]] = {}
    if experiment.results is not None:
        for row in experiment.results.to_dict("records"):
            rows.setdefault(int(row["trial_id"]), []).append(row)
    folders = [file.parent for file in Path(experiment.path).glob("*/config.json")]
    if not folders:
        raise ValueError(
            f"there is no trial in {experiment.path}; convert before it is removed"
        )
    results = [
        _result(folder, rows.get(int(folder.name), []), metric, origin) for folder in folders
    ]
    results, used = _assign_workers(sorted(results, key=lambda result: result.started))
    return Results(
        sorted(results, key=lambda result: result.ended),
        num_workers=num_workers or used,
        metric=metric,
    )


def _result(folder: Path, rows: list[dict[str, Any]], metric: str, origin: float) -> Result:
    configuration = json.loads((folder / "config.json").read_text())
    for name in ("tune_function_root", "tune_function_hash"):
        configuration.pop(name, None)
    log = (folder / "std.err").read_text()
    status: Status = "finished"
    if (folder / "stop").exists():
        if not rows or rows[-1]["st_decision"] != "STOP":
            status = "cut"
    elif not rows or "Traceback (most recent call last)" in log:
        status = "failed"
    if rows:
        started = rows[0]["st_worker_timestamp"] - rows[0]["st_worker_time"]
        ended = rows[-1]["st_worker_timestamp"]
    else:
        started = (folder / "config.json").stat().st_mtime
        ended = max(file.stat().st_mtime for file in folder.iterdir())
    return Result(
        trial_id=int(folder.name),
        configuration=configuration,
        resource=len(rows) or None,
        start=0,
        error=float(rows[-1][metric]) if status == "finished" else math.nan,
        curve=[_reported(row) for row in rows],
        started=started - origin,
        ended=ended - origin,
        worker=0,
        status=status,
        traceback=log if status == "failed" else None,
    )


def _reported(row: dict[str, Any]) -> dict[str, Any]:
    own = ("st_", "config_")  # columns that Syne Tune adds
    return {k: v for k, v in row.items() if not k.startswith(own) and k != "trial_id"}


def _assign_workers(results: Sequence[Result]) -> tuple[list[Result], int]:
    free_since: list[float] = []
    assigned = []
    for result in results:
        idle = [w for w, since in enumerate(free_since) if since <= result.started]
        if idle:
            worker = min(idle, key=free_since.__getitem__)
        else:
            worker = len(free_since)
            free_since.append(0.0)
        free_since[worker] = result.ended
        assigned.append(replace(result, worker=worker))
    return assigned, len(free_since)

"""A search on disk: each decision and each result as one line, and how to go on from it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from dlcourse.hpo.jobs import Job, Result, Results
from dlcourse.hpo.schedulers import Key, Scheduler

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

FORMAT = 1
RESULT_KEYS = {"error", "status", "curve", "started", "time", "worker", "traceback"}
Event = dict[str, Any]


class Journal:
    """Appends events to a file, one JSON object a line, each written out at once.

    A line that a search was cut off in is dropped when the file is opened again. As long as
    it is open no other search may have it.

    Args:
        path: the file; its folder must exist.

    Attributes:
        events: those that were there when the file was opened.

    Raises:
        ValueError: a line is no event, by file and number, or another search is writing.
        OSError: the file can't be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._broken = False
        # Unbuffered: nothing is left over that closing the file could fail to write.
        self._file = path.open("ab", buffering=0)
        try:
            self._take_hold()
            content = path.read_bytes()
            whole = content[: content.rfind(b"\n") + 1]
            self.events = [
                self._parse(line, number) for number, line in enumerate(whole.splitlines(), 1)
            ]
            self._file.truncate(len(whole))
        except BaseException:
            self._file.close()
            raise

    def write(self, event: str, **content: Any) -> None:
        """Append one event; what isn't JSON by itself is written as `plain` makes it.

        Raises:
            OSError: it can't be written, such as on a full disk. Later events are dropped:
                a line after a gap would tell of another search.
        """
        if self._broken:
            return
        record = plain({"event": event, **content})
        line = json.dumps(record, allow_nan=False).encode() + b"\n"
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            self._broken = True
            raise OSError(
                f"{self.path} can't be written any more ({error.strerror}); make room, and "
                "run the search again with the same folder: it goes on from there"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _take_hold(self) -> None:
        """Lock the file; the system takes the lock away when the process ends, however."""
        if fcntl is None:  # Windows
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(
                f"{self.path} is being written by another search; let it end, or choose "
                "another folder"
            ) from None
        except OSError:  # a file system without locks
            pass

    def _parse(self, line: bytes, number: int) -> Event:
        try:
            event = json.loads(line)
            event["event"]
        except (ValueError, KeyError, TypeError):
            raise ValueError(
                f"{self.path}, line {number}, is no line of a search; "
                "repair it, or choose another folder"
            ) from None
        return event


def open_journal(folder: Path) -> Journal:
    """Return the journal in a folder, which is made if it is missing.

    Raises:
        ValueError: the folder can't be used, or as `Journal` does.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Journal(folder / "results.jsonl")
    except OSError as error:
        raise ValueError(
            f"folder {folder} can't be used ({error.strerror}); choose one that can be "
            "written to"
        ) from error


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, always the same for the same value.

    Numbers that are not finite, for which JSON has no word, become text; so does the
    type's name of whatever has no form in JSON, such as a function.
    """
    if isinstance(value, dict):
        return {str(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(float(value))
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if getattr(value, "ndim", None) == 0:  # one number of NumPy or torch
        return plain(value.item())
    return f"<{type(value).__qualname__}>"


def describe(scheduler: Scheduler, metric: str) -> Event:
    """Return the first event of a journal: of which search it is."""
    return {
        "event": "search",
        "format": FORMAT,
        "scheduler": type(scheduler).__name__,
        "metric": metric,
    }


def replay(journal: Journal, scheduler: Scheduler, results: Results) -> list[Job]:
    """Lead a fresh scheduler through the decisions of a journal.

    Args:
        journal: its events are taken in order.
        scheduler: it is asked and told again what it was asked and told then.
        results: those of the journal are appended, and the duration is set.

    Returns:
        The jobs that were running when the search ended, to be run again.

    Raises:
        ValueError: the scheduler decides otherwise than the journal's did, or a result
            has no job.
    """
    if not journal.events:
        return []
    _check_search(journal, describe(scheduler, results.metric))
    running: dict[Key, Job] = {}
    seconds = 0.0
    for number, event in enumerate(journal.events[1:], 2):
        key = event.get("trial_id", -1), event.get("resource")
        if event["event"] == "start":
            running[key] = _repeat(journal, event, scheduler.suggest())
        elif event["event"] == "result":
            if key not in running or not event.keys() >= RESULT_KEYS:
                raise ValueError(
                    f"{journal.path}, line {number}, is no result of a job that was started; "
                    "repair it, or choose another folder"
                )
            _report(event, running, key, scheduler, results)
        seconds = max(seconds, event.get("time", 0.0))
    results.duration = seconds
    return list(running.values())


def record(result: Result) -> Event:
    """Return what a journal keeps of a result; its configuration stands at its start."""
    return {
        "trial_id": result.trial_id,
        "resource": result.resource,
        "error": result.error,
        "status": result.status,
        "curve": list(result.curve),
        "started": result.started,
        "time": result.ended,
        "worker": result.worker,
        "traceback": result.traceback,
    }


def _check_search(journal: Journal, expected: Event) -> None:
    found = journal.events[0]
    for name, value in expected.items():
        if found.get(name) != value:
            raise ValueError(
                f"{journal.path} is of a search with {name} {found.get(name)!r}, not "
                f"{value!r}; choose another folder"
            )


def _repeat(journal: Journal, event: Event, job: Job | None) -> Job:
    names = ("trial_id", "configuration", "resource", "start")
    decided = None if job is None else plain({name: getattr(job, name) for name in names})
    if job is None or decided != {name: event.get(name) for name in names}:
        raise ValueError(
            f"{journal.path} is of another search: this scheduler decides otherwise at trial "
            f"{event.get('trial_id')}; give a fresh one with the same arguments and seeds, or "
            "choose another folder"
        )
    return job


def _report(
    event: Event, running: dict[Key, Job], key: Key, scheduler: Scheduler, results: Results
) -> None:
    job, error = running[key], float(event["error"])
    results.append(
        Result.of(
            job,
            error=error,
            curve=[_numbers(metrics) for metrics in event["curve"]],
            started=event["started"],
            ended=event["time"],
            worker=event["worker"],
            status=event["status"],
            traceback=event["traceback"],
        )
    )
    if event["status"] == "cut":
        return  # the job is still to be done
    del running[key]
    if event["status"] == "failed":
        scheduler.fail(job.trial_id, job.resource)
    else:
        scheduler.report(job.trial_id, error, job.resource)


def _numbers(metrics: dict[str, Any]) -> dict[str, Any]:
    """Undo what `plain` did to numbers that are not finite."""
    return {
        name: float(value) if isinstance(value, str) else value
        for name, value in metrics.items()
    }

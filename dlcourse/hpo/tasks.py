"""What runs inside a worker: one job, from the objective's call to its errors."""

from __future__ import annotations

import ctypes
import functools
import inspect
import numbers
import pickle
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dlcourse.hpo.checkpoints import MissingFolderError, working_copy
from dlcourse.hpo.jobs import Job


@dataclass(frozen=True)
class Task:
    """A job and what is needed to run it.

    Attributes:
        job: the job.
        metric: the name of the error in mappings that the objective returns.
        checkpoints: the folder of all trials' checkpoints, None for none.
        timeout: seconds after which the job counts as hanging, None for no limit or where
            the executor itself ends jobs that hang.
        deadline: the value of `time.monotonic` after which the job is cut as soon as it
            yields. Only for workers in this process: other clocks differ.
        run_id: another one for each attempt, so that no executor takes two for the same.
    """

    job: Job
    metric: str
    checkpoints: Path | None = None
    timeout: float | None = None
    deadline: float | None = None
    run_id: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        status: ``"misused"`` where the objective's answer is of no use, so that every
            other job would end the same way; ``message`` says what to do.
        curve: the metrics after each unit of resource, also those before a failure.
        traceback: of a failed job, as text.
        message: one line.
    """

    status: Literal["finished", "failed", "cut", "misused"]
    curve: list[dict[str, Any]] = field(default_factory=list)
    traceback: str | None = None
    message: str = ""


class MisuseError(ValueError):
    """The objective's answer, or its whereabouts, would fail every job alike."""


class _StopJob(BaseException):
    """Ends a job from within; raised from outside in the thread of one that hangs."""


class Sent:
    """A task on its way to another process: called there, it gives the outcome.

    Args:
        objective: pickled.
        task: pickled too. Both are unpickled only where what goes wrong is caught: an
            executor's own machinery may lose a job, or its worker, that can't be read.
    """

    def __init__(self, objective: bytes, task: bytes) -> None:
        self._objective, self._task = objective, task

    def prepare(self) -> Outcome | None:
        """Load the objective, before any clock runs; return what is wrong with it if any."""
        try:
            _load(self._objective)
            self._loaded = pickle.loads(self._task)
        except Exception as error:
            return Outcome(
                "misused",
                message=f"the objective cannot be loaded in a worker ({_name(error)}); "
                "install what it imports there, or import it inside the objective",
            )
        return None

    def __call__(self) -> Outcome:
        """Run the task."""
        return self.prepare() or run_task(_load(self._objective), self._loaded)


def run_task(objective: Callable[..., Any], task: Task) -> Outcome:
    """Run a task and return what came of it; nothing but Ctrl-C is raised."""
    curve: list[dict[str, Any]] = []
    if task.timeout is None:
        return _attempt(objective, task, curve)
    return _attempt_within(task.timeout, objective, task, curve)


@functools.lru_cache(maxsize=4)
def _load(objective: bytes) -> Callable[..., Any]:
    """Unpickle an objective once a process: it may hold a data set."""
    return pickle.loads(objective)


def _attempt(objective: Callable[..., Any], task: Task, curve: list[dict[str, Any]]) -> Outcome:
    try:
        with working_copy(task.checkpoints, task.job) as path:
            for metrics in _units(_call(objective, task.job, path), task.metric):
                curve.append(metrics)
                if task.deadline is not None and time.monotonic() > task.deadline:
                    raise _StopJob
            if not curve:
                raise MisuseError("the objective yielded no error; yield one per epoch")
    except KeyboardInterrupt:
        raise
    except _StopJob:
        return Outcome("cut", curve)
    except (MisuseError, MissingFolderError) as error:
        return Outcome("misused", message=str(error))
    except BaseException as error:
        return Outcome("failed", curve, _text(error))
    return Outcome("finished", curve)


def _attempt_within(
    timeout: float, objective: Callable[..., Any], task: Task, curve: list[dict[str, Any]]
) -> Outcome:
    """Run the task in a thread of its own, so that this one can see that it hangs."""
    ended = threading.Event()
    outcomes: list[Outcome | KeyboardInterrupt] = []

    def attempt() -> None:
        try:
            outcomes.append(_attempt(objective, task, curve))
        except KeyboardInterrupt as error:
            outcomes.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=attempt, daemon=True, name="job")
    thread.start()
    try:
        ended.wait(timeout)
    except KeyboardInterrupt:
        _stop(thread)
        raise
    if not outcomes:
        stack = _stack(thread)
        _stop(thread)
        return Outcome("failed", list(curve), hung(timeout, stack))
    if isinstance(outcomes[0], KeyboardInterrupt):
        raise outcomes[0]
    return outcomes[0]


def hung(timeout: float, stack: str) -> str:
    """Return the text that stands for the traceback of a job that hung."""
    return (
        f"It hung at (most recent call last):\n{stack.rstrip()}\n"
        f"HungError: no result after job_timeout = {timeout:g} s\n"
    )


def _call(objective: Callable[..., Any], job: Job, checkpoint: Path | None) -> Any:
    configuration = dict(job.configuration)
    if job.resource is None:
        arguments: dict[str, Any] = {}
    else:
        arguments = {"resource": job.resource, "checkpoint": checkpoint}
    _check_signature(objective, arguments)
    return objective(configuration, **arguments)


def _check_signature(objective: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
    try:
        signature = inspect.signature(objective)
    except (TypeError, ValueError):  # some functions in C have none
        return
    try:
        signature.bind({}, **arguments)
    except TypeError as error:
        called = ", ".join(["configuration", *arguments])
        raise MisuseError(
            f"objective must take ({called}), as this scheduler's jobs want it, but: {error}"
        ) from None


def _units(answer: Any, metric: str) -> Iterator[dict[str, Any]]:
    """Yield the metrics of each unit of resource, whatever the objective returned."""
    if _is_single(answer):
        yield _metrics(answer, metric)
        return
    try:
        units = iter(answer)
    except TypeError:
        units = iter((answer,))
    for unit in units:
        yield _metrics(unit, metric)


def _is_single(answer: Any) -> bool:
    if answer is None or isinstance(answer, Mapping | numbers.Number | str | bytes):
        return True
    return getattr(answer, "ndim", None) == 0  # a tensor or array of one number


def _metrics(unit: Any, metric: str) -> dict[str, Any]:
    """Return plain numbers by name; those that are none are left out."""
    if not isinstance(unit, Mapping):
        return {metric: _number(unit, metric)}
    if metric not in unit:
        there = ", ".join(map(repr, unit)) or "none"
        raise MisuseError(
            f"metric {metric!r} is missing in what the objective returns (there: {there}); "
            "return it, or name another one in Tuner(metric=...)"
        )
    plain = {str(name): _plain(value) for name, value in unit.items() if name != metric}
    numbers_only = {name: value for name, value in plain.items() if value is not None}
    return {metric: _number(unit[metric], metric), **numbers_only}


def _number(value: Any, metric: str) -> float:
    number = _plain(value)
    if number is None:
        raise MisuseError(
            f"the objective returned {value!r:.80} as {metric}; return a number, a mapping of "
            "metrics, or yield one of these per epoch"
        )
    return float(number)


def _plain(value: Any) -> float | int | None:
    if isinstance(value, int):  # also bool
        return int(value)
    if isinstance(value, str | bytes):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        return None


def _stack(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)
    frames = traceback.extract_stack(frame) if frame is not None else []
    own = [i for i, entry in enumerate(frames) if entry.filename == __file__]
    return "".join(traceback.format_list(frames[own[-1] + 1 :] if own else frames))


def _stop(thread: threading.Thread) -> None:
    """Raise an exception in a thread at its next line of Python; no call in C is ended."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_StopJob)
    )


def _text(error: BaseException) -> str:
    """Return the traceback from the objective on, without the frames of this module."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def _name(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]

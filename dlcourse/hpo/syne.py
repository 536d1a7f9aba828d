"""Syne Tune 0.16 beside this package: quiet runs, its experiments as our results.

Five habits of Syne Tune 0.16 that a caller has to know:

- `PythonBackend` pickles the code of the tuned function alone. It must import inside what it
  needs, and have neither defaults nor variables from outside.
- Every trial is a new Python process. The tuner looks after them every ``sleep_time``
  seconds, 5 if not told otherwise, and learns only then that one has ended.
- ``random_seed`` does not fix the configurations: the searchers draw from NumPy's global
  generator. Seed that (`dlcourse.runtime.set_seed`) before a run.
- It counts GPUs by a file ``std.out`` in the current folder, which it leaves there.
- Its ASHA stops trials that fall behind and runs the others on; it never pauses one.
"""

from __future__ import annotations

import builtins
import contextlib
import dis
import inspect
import io
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dlcourse.hpo.jobs import Results
from dlcourse.hpo.syne_experiment import from_experiment
from dlcourse.hpo.syne_searcher import SyneTuneSearcher

__all__ = ["SyneTuneSearcher", "from_experiment", "quiet", "run_syne_tune"]

FOLDER_VARIABLE = "SYNETUNE_FOLDER"


@contextlib.contextmanager
def quiet(folder: str | os.PathLike[str] | None = None) -> Iterator[Path]:
    """Keep Syne Tune's files in one folder, and its output to itself, inside the block.

    Whatever is printed, logged below an error or warned of inside the block is hidden; if the
    block fails, the end of what was printed is shown after all: a failed trial's log is there.

    Args:
        folder: made if it is missing; a temporary one, removed after the block, if None.

    Yields:
        The folder's absolute path. Syne Tune would write to the user's home.

    Raises:
        ValueError: there is a space in the path, which Syne Tune's command lines cannot hold.
    """
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="syne-tune-"))
        path = Path(folder).resolve()
        if any(character.isspace() for character in str(path)):
            raise ValueError(
                f"Syne Tune cannot work in {str(path)!r}: choose a folder without spaces"
            )
        path.mkdir(parents=True, exist_ok=True)
        if FOLDER_VARIABLE in os.environ:
            before = os.environ[FOLDER_VARIABLE]
            stack.callback(os.environ.__setitem__, FOLDER_VARIABLE, before)
        stack.callback(os.environ.pop, FOLDER_VARIABLE, None)
        os.environ[FOLDER_VARIABLE] = str(path)
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.WARNING)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        _count_gpus()
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                yield path
        except Exception:
            print(printed.getvalue()[-2000:], file=sys.stderr)
            raise


def _count_gpus() -> None:
    """Let Syne Tune count the GPUs now: it leaves a file where it does, and counts once."""
    from syne_tune.num_gpu import get_num_gpus

    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="syne-tune-") as folder:
        os.chdir(folder)
        try:
            get_num_gpus()
        finally:
            os.chdir(before)


def run_syne_tune(
    tune_function: Callable[..., object],
    space: Mapping[str, Any],
    scheduler: Any,
    *,
    num_workers: int = 2,
    max_seconds: float | None = None,
    max_trials: int | None = None,
    folder: str | os.PathLike[str] | None = None,
    sleep_time: float = 0.2,
) -> Results:
    """Run a Syne Tune scheduler on processes of this machine and return our results.

    Args:
        tune_function: called with the hyperparameters by name; reports each epoch's metrics
            with Syne Tune's ``Reporter``, see the module's text.
        space: Syne Tune's own configuration space, the scheduler's.
        scheduler: a Syne Tune scheduler that minimizes one metric.
        num_workers: processes at the same time.
        max_seconds: then running trials are cut off.
        max_trials: once so many have ended, running ones are cut off.
        folder: see `quiet`.
        sleep_time: seconds between two looks at the processes.

    Raises:
        ValueError: nothing ends the run, the function needs what Syne Tune does not pickle,
            or more than one trial failed.
    """
    if max_seconds is None and max_trials is None:
        raise ValueError("give max_seconds or max_trials: nothing else ends the run")
    if max_trials is not None and max_trials < 1:
        raise ValueError(f"max_trials must be at least 1, got {max_trials}")
    _check_tune_function(tune_function)
    from syne_tune import StoppingCriterion, Tuner
    from syne_tune.backend import PythonBackend
    from syne_tune.experiments import load_experiment

    with quiet(folder):
        tuner = Tuner(
            trial_backend=PythonBackend(tune_function, dict(space)),
            scheduler=scheduler,
            stop_criterion=StoppingCriterion(
                max_wallclock_time=max_seconds,
                # Syne Tune stops at more than this number.
                max_num_trials_finished=None if max_trials is None else max_trials - 1,
            ),
            n_workers=num_workers,
            sleep_time=sleep_time,
            save_tuner=False,
        )
        tuner.run()
        return from_experiment(load_experiment(tuner.name), num_workers=num_workers)


def _check_tune_function(function: Callable[..., object]) -> None:
    if not inspect.isfunction(function):
        raise ValueError(f"tune_function must be a plain function, got {function!r}")
    outside = {
        instruction.argval
        for instruction in dis.get_instructions(function)
        if instruction.opname == "LOAD_GLOBAL" and not hasattr(builtins, instruction.argval)
    }
    outside.update(function.__code__.co_freevars)
    if outside:
        raise ValueError(
            f"{function.__name__} uses {sorted(outside)} from outside, but Syne Tune pickles "
            "its code alone; import modules inside it and pass constants through the space"
        )
    if function.__defaults__ or function.__kwdefaults__:
        raise ValueError(
            f"{function.__name__} has default values, which Syne Tune loses; put them into "
            "the space as constants"
        )

"""The folder in which a trial leaves what its next job goes on from."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dlcourse.hpo.jobs import Job


class MissingFolderError(FileNotFoundError):
    """A worker doesn't see the folder of the checkpoints."""


@contextlib.contextmanager
def working_copy(root: Path | None, job: Job) -> Iterator[Path | None]:
    """Give a job a folder of its own with what the trial's last job left in it.

    The folder becomes the trial's checkpoint at ``job.resource`` when the job is done, and
    vanishes when it isn't. So a job that is run again, because its worker died, starts
    where the first attempt started, and two workers that run the same job, because one of
    them was given up for lost, never write to the same file.

    Args:
        root: the folder of all trials, on a file system every worker sees; None for none.
        job: its ``start`` says which checkpoint to copy.

    Yields:
        The folder's path, None without ``root`` or for a job without a resource.

    Raises:
        MissingFolderError: ``root`` is not there.
    """
    if root is None or job.resource is None:
        yield None
        return
    if not root.is_dir():
        raise MissingFolderError(
            f"the checkpoint folder {root} is not there on this machine; "
            "put the search's folder on a file system that all workers share"
        )
    trial = trial_folder(root, job.trial_id)
    trial.mkdir(exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="running-", dir=trial))
    try:
        last = _at(root, job.trial_id, job.start)
        if job.start and last.is_dir():
            shutil.copytree(last, work, dirs_exist_ok=True)
        yield work
        # Renaming fails where another run of the same job was first; then that one stays.
        with contextlib.suppress(OSError):
            work.rename(_at(root, job.trial_id, job.resource))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def trial_folder(root: Path, trial_id: int) -> Path:
    """Return where a trial's checkpoints are."""
    return root / f"trial_{trial_id:05d}"


def forget(root: Path, job: Job) -> None:
    """Remove the checkpoint a finished job started from: the next one starts from its end."""
    if job.start:
        shutil.rmtree(_at(root, job.trial_id, job.start), ignore_errors=True)


def clear_unfinished(root: Path) -> None:
    """Remove the working copies that a search cut off has left."""
    for work in root.glob("trial_*/running-*"):
        shutil.rmtree(work, ignore_errors=True)


def _at(root: Path, trial_id: int, resource: int | None) -> Path:
    return trial_folder(root, trial_id) / f"resource_{resource}"

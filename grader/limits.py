"""The limits a submission runs under, with every default in this one place."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from traitlets.config import Config

from .errors import GraderError

MIB = 1024 * 1024


def size_text(count: int) -> str:
    """A number of bytes for people: "10 MiB", or "200 KiB" below one MiB."""
    return f"{count // MIB} MiB" if count >= MIB else f"{count // 1024} KiB"


@dataclass(frozen=True)
class Limits:
    """What one submission may use. A course's config sets any of them: `c.Limits.<name>`."""

    cell_seconds: float = 60.0
    """Wall time of one cell, then it is interrupted."""
    notebook_seconds: float = 600.0
    """Wall time of the whole notebook, then its kernel is killed."""
    startup_seconds: float = 120.0
    """Wall time a kernel may take to answer for the first time."""
    cpu_seconds: float = 1200.0
    """Processor time of the kernel and all its children together."""
    memory_bytes: int = 4096 * MIB
    """Resident memory of the kernel and all its children together."""
    processes: int = 64
    """Processes alive at once in the sandbox."""
    file_bytes: int = 256 * MIB
    """Size of one written file, and of the working folder, which lives in memory."""
    output_bytes: int = 10 * MIB
    """Text and pictures a notebook may print in all."""
    submission_bytes: int = 20 * MIB
    """Size of a handed-in notebook file; a larger one is not opened."""
    cells: int = 1000
    """Cells a handed-in notebook may have."""
    threads: int = 1
    """Threads that torch and BLAS use in one kernel."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise GraderError(f"Limits.{name} must be a number above 0, not {value!r}.")

    @classmethod
    def from_config(cls, config: Config) -> Limits:
        """Read the `Limits` section of a course's configuration.

        Raises:
            GraderError: for a name that is no limit or a value that is no positive number.
        """
        known = {field.name for field in fields(cls)}
        given: dict[str, Any] = dict(config.get("Limits", {}))
        unknown = sorted(set(given) - known)
        if unknown:
            raise GraderError(
                f"Limits.{unknown[0]} is no limit; the limits are {', '.join(sorted(known))}."
            )
        return cls(**given)

"""Checks of arguments that several modules make; each message names the argument."""

from __future__ import annotations

import math
import numbers
from typing import TypeGuard


def check_integer(name: str, value: object, *, least: int) -> None:
    """Raise ValueError unless the argument is an integer of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")


def check_optional_integer(name: str, value: object, *, least: int) -> None:
    """Raise ValueError unless the argument is None or an integer of at least ``least``."""
    if value is not None:
        check_integer(name, value, least=least)


def check_optional_seconds(name: str, value: object) -> None:
    """Raise ValueError unless the argument is None or a finite number above 0."""
    if value is not None and not (_is_real(value) and 0 < value < math.inf):
        raise ValueError(f"{name} must be a finite number of seconds above 0, got {value!r}")


def check_optional_number(name: str, value: object) -> None:
    """Raise ValueError unless the argument is None or a number that is not NaN."""
    if value is not None and not (_is_real(value) and not math.isnan(value)):
        raise ValueError(f"{name} must be a number, got {value!r}")


def check_probability(name: str, value: object) -> None:
    """Raise ValueError unless the argument is a number from 0 to 1."""
    if not (_is_real(value) and 0 <= value <= 1):
        raise ValueError(f"{name} must be a number from 0 to 1, got {value!r}")


def check_callable(name: str, value: object) -> None:
    """Raise ValueError unless the argument can be called."""
    if not callable(value):
        raise ValueError(f"{name} must be a function, got {value!r}")


def check_fresh(scheduler: object) -> None:
    """Raise ValueError unless the argument is a scheduler that has given no job yet."""
    methods = hasattr(scheduler, "suggest") and hasattr(scheduler, "report")
    if not methods or isinstance(scheduler, type):
        raise ValueError(f"scheduler must be a Scheduler, got {scheduler!r}")
    if getattr(scheduler, "num_trials", 0):
        raise ValueError("scheduler has been used; give a fresh one")


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise ValueError unless the argument is one of the choices."""
    if value not in choices:
        raise ValueError(
            f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}"
        )


def _is_real(value: object) -> TypeGuard[float]:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)

"""Checks that several schedulers and searchers make of their arguments."""

from __future__ import annotations

import numbers


def check_integer(name: str, value: object, *, least: int) -> None:
    """Raise ValueError unless the argument is an integer of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")


def check_optional_integer(name: str, value: object, *, least: int) -> None:
    """Raise ValueError unless the argument is None or an integer of at least ``least``."""
    if value is not None:
        check_integer(name, value, least=least)


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise ValueError unless the argument is one of the choices."""
    if value not in choices:
        raise ValueError(
            f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}"
        )

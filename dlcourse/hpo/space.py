"""Search spaces: dicts from a hyperparameter's name to a distribution or a constant."""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dlcourse.hpo.checks import check_integer
from dlcourse.hpo.jobs import Configuration

Space = Mapping[str, Any]

# Values drawn at a time: scipy takes about as long for one as for hundreds.
BLOCK = 256


def check_space(space: Space) -> None:
    """Make sure that a search space is one.

    Args:
        space: by name of the hyperparameter, a frozen distribution of `scipy.stats`, such
            as ``stats.loguniform(1e-2, 1)`` (anything whose ``rvs`` takes ``size`` and
            ``random_state`` will do), or a constant: a number, text, bool or None.

    Raises:
        ValueError: it is no dict or empty, or a hyperparameter's name or value is neither
            of these. The message names the hyperparameter.
    """
    if not isinstance(space, Mapping):
        raise ValueError(
            "space must be a dict of distributions and constants by name, "
            f"got {type(space).__name__}"
        )
    if not space:
        raise ValueError("space must have at least one hyperparameter, got an empty dict")
    for name, value in space.items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"space: the name of a hyperparameter must be text, got {name!r}")
        if is_distribution(value):
            _check_distribution(name, value)
        elif not is_constant(value):
            raise ValueError(
                f"space: {name!r} must be a frozen distribution, such as "
                f"stats.uniform(0, 1), or a number, text, bool or None, got {value!r}"
            )


def is_distribution(value: object) -> bool:
    """Return whether the entry of a space is drawn, and not a constant."""
    return hasattr(value, "rvs")


def is_constant(value: object) -> bool:
    """Return whether a hyperparameter can have the value: a number, text, bool or None."""
    return value is None or isinstance(value, str | numbers.Real | np.bool_)


def sample_configuration(space: Space, generator: np.random.Generator) -> Configuration:
    """Draw each hyperparameter from its distribution, independently.

    Args:
        space: as `check_space` takes it.
        generator: the source of randomness.

    Returns:
        Plain Python values by name: int from a discrete distribution, float from a
        continuous one, constants as they are.
    """
    return {
        name: _draw(value, 1, generator)[0] if is_distribution(value) else _plain(value)
        for name, value in space.items()
    }


class Sampler:
    """An endless supply of values for each hyperparameter of a space, drawn in blocks.

    Every hyperparameter has a source of randomness of its own, so that how often one is
    drawn does not change what another gets.

    Args:
        space: as `check_space` takes it.
        seed: the same seed gives the same values.

    Raises:
        ValueError: the space is none, or ``seed`` is no integer of at least 0.
    """

    def __init__(self, space: Space, seed: int) -> None:
        check_space(space)
        check_integer("seed", seed, least=0)
        seeds = np.random.SeedSequence(seed).spawn(len(space))
        self.names = list(space)
        self.drawn_names = [name for name in space if is_distribution(space[name])]
        self._values = {
            name: _stream(space[name], np.random.default_rng(seed))
            for name, seed in zip(self.names, seeds, strict=True)
        }

    def draw(self, name: str) -> Any:
        """Return the next value of one hyperparameter."""
        return next(self._values[name])

    def configuration(self) -> Configuration:
        """Return the next value of every hyperparameter."""
        return {name: next(values) for name, values in self._values.items()}


def _stream(value: Any, generator: np.random.Generator) -> Iterator[Any]:
    while True:
        if is_distribution(value):
            yield from _draw(value, BLOCK, generator)
        else:
            yield _plain(value)


def _draw(distribution: Any, size: int, generator: np.random.Generator) -> list[Any]:
    # tolist turns numpy's numbers into Python's, which JSON can write.
    return np.asarray(distribution.rvs(size=size, random_state=generator)).tolist()


def _plain(constant: Any) -> Any:
    return constant.item() if isinstance(constant, np.generic) else constant


def _check_distribution(name: str, distribution: Any) -> None:
    # Only scipy's distributions that still want their parameters can be frozen.
    if hasattr(distribution, "freeze") or isinstance(distribution, type):
        called = getattr(distribution, "name", None) or "distribution"
        raise ValueError(
            f"space: {name!r} is a distribution without its parameters; "
            f"call it with them, as in stats.{called}(...)"
        )
    try:
        shape = np.shape(_draw(distribution, 2, np.random.default_rng(0)))
    except Exception as error:
        raise ValueError(f"space: {name!r} cannot be drawn from: {error}") from error
    if shape != (2,):
        raise ValueError(f"space: {name!r} must give one number a draw, got shape {shape[1:]}")

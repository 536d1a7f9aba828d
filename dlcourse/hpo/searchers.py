"""Searchers: which configuration to try next."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcourse.hpo.checks import check_integer, check_probability
from dlcourse.hpo.jobs import Configuration
from dlcourse.hpo.space import Sampler, Space, is_constant


class Searcher(ABC):
    """Chooses configurations; a scheduler asks it and tells it every error."""

    @abstractmethod
    def sample_configuration(self) -> Configuration:
        """Return the configuration of a new trial."""

    def update(  # noqa: B027 - a searcher that does not learn has nothing to do here
        self, configuration: Configuration, error: float, resource: int | None = None
    ) -> None:
        """Learn the error of a configuration.

        Args:
            configuration: one that this searcher chose.
            error: NaN or infinite where there is no better answer; NaN for a failure.
            resource: the units (epochs) of training behind it, None if unknown.
        """


class RandomSearcher(Searcher):
    """Draws every configuration from the space, whatever the errors were.

    Source: Bergstra and Bengio (2012), "Random search for hyper-parameter optimization".

    Args:
        space: distributions and constants by name, see `check_space`.
        initial_configuration: what the first trial gets; constants may be left out.
        seed: the same seed gives the same configurations.

    Raises:
        ValueError: the space, the initial configuration or the seed will not do.
    """

    def __init__(
        self,
        space: Space,
        *,
        initial_configuration: Mapping[str, Any] | None = None,
        seed: int = 0,
    ) -> None:
        self._sampler = Sampler(space, seed)
        self._initial = None
        if initial_configuration is not None:
            self._initial = _complete(initial_configuration, self._sampler)

    def sample_configuration(self) -> Configuration:
        """Return the initial configuration the first time, then a random one."""
        if self._initial is not None:
            configuration, self._initial = self._initial, None
            return configuration
        return self._sampler.configuration()


class LocalSearcher(RandomSearcher):
    """Tries the neighbours of the best configuration so far, and random ones between.

    A neighbour has a few hyperparameters drawn anew and the others as they are. Before any
    finite error is known every configuration is a random one.

    Args:
        space: distributions and constants by name, see `check_space`.
        initial_configuration: what the first trial gets; constants may be left out.
        probability_local: of a neighbour; 0 is random search.
        num_changed: how many hyperparameters of a neighbour are drawn anew, from 1 to as
            many as have a distribution.
        seed: the same seed, with the same errors, gives the same configurations.

    Raises:
        ValueError: an argument will not do; the message names it.
    """

    def __init__(
        self,
        space: Space,
        *,
        initial_configuration: Mapping[str, Any] | None = None,
        probability_local: float = 0.5,
        num_changed: int = 1,
        seed: int = 0,
    ) -> None:
        super().__init__(space, initial_configuration=initial_configuration, seed=seed)
        check_probability("probability_local", probability_local)
        check_integer("num_changed", num_changed, least=1)
        if num_changed > len(self._sampler.drawn_names):
            raise ValueError(
                f"num_changed must be at most {len(self._sampler.drawn_names)}, the number "
                f"of hyperparameters with a distribution, got {num_changed}"
            )
        self.probability_local, self.num_changed = probability_local, num_changed
        # Not the sampler's own source: its values do not depend on how often we choose.
        self._generator = np.random.default_rng([seed, 1])
        self._best: Configuration | None = None
        self._best_error = math.inf

    def sample_configuration(self) -> Configuration:
        """Return a neighbour of the best configuration so far, or a random one."""
        if self._initial is not None or self._best is None:
            return super().sample_configuration()
        if self._generator.random() >= self.probability_local:
            return super().sample_configuration()
        names = self._generator.choice(
            self._sampler.drawn_names, size=self.num_changed, replace=False
        )
        return self._best | {str(name): self._sampler.draw(str(name)) for name in names}

    def update(
        self, configuration: Configuration, error: float, resource: int | None = None
    ) -> None:
        """Keep the configuration if its error is the smallest so far, at any resource."""
        if math.isfinite(error) and error < self._best_error:
            self._best, self._best_error = configuration, error


def _complete(initial: Mapping[str, Any], sampler: Sampler) -> Configuration:
    if not isinstance(initial, Mapping):
        raise ValueError(
            f"initial_configuration must be a dict of values by name, got {initial!r}"
        )
    missing = [name for name in sampler.drawn_names if name not in initial]
    unknown = [name for name in initial if name not in sampler.names]
    if missing or unknown:
        problem = f"lacks {missing}" if missing else f"has {unknown}, which the space lacks"
        raise ValueError(f"initial_configuration {problem}; the space has {sampler.names}")
    for name, value in initial.items():
        if not is_constant(value):
            raise ValueError(
                f"initial_configuration: {name!r} must be a number, text, bool or None, "
                f"got {value!r}"
            )
    return {
        name: initial[name] if name in initial else sampler.draw(name) for name in sampler.names
    }

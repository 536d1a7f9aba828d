"""Searchers: which configuration to try next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from dlcourse.hpo.jobs import Configuration
from dlcourse.hpo.space import Sampler, Space


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
    return {
        name: initial[name] if name in initial else sampler.draw(name) for name in sampler.names
    }

"""Random and local search."""

import math

import pytest
from scipy import stats

from dlcourse import hpo

SPACE = {
    "x": stats.uniform(0, 1),
    "y": stats.uniform(0, 1),
    "n": stats.randint(1, 10**9),
    "fixed": 3,
}
FIRST = {"x": 0.5, "y": 0.25, "n": 7, "fixed": 3}


def changed(configuration, other):
    return {name for name in configuration if configuration[name] != other[name]}


@pytest.mark.parametrize("make", [hpo.RandomSearcher, hpo.LocalSearcher])
def test_the_initial_configuration_comes_once_and_first(make):
    searcher = make(SPACE, initial_configuration={"n": 7, "y": 0.25, "x": 0.5})
    first, second = (searcher.sample_configuration() for _ in range(2))
    assert first == FIRST and list(first) == list(SPACE)
    assert changed(first, second) == {"x", "y", "n"}


@pytest.mark.parametrize("make", [hpo.RandomSearcher, hpo.LocalSearcher])
def test_the_seed_decides(make):
    def drawn(seed):
        searcher = make(SPACE, seed=seed)
        configurations = []
        for _ in range(20):
            configurations.append(searcher.sample_configuration())
            searcher.update(configurations[-1], configurations[-1]["x"])
        return configurations

    assert drawn(1) == drawn(1) != drawn(2)


def test_errors_do_not_move_random_search():
    told, untold = hpo.RandomSearcher(SPACE), hpo.RandomSearcher(SPACE)
    for _ in range(10):
        configuration = told.sample_configuration()
        assert configuration == untold.sample_configuration()
        told.update(configuration, 0.1, resource=4)


@pytest.mark.parametrize("num_changed", [1, 2, 3])
def test_neighbours_change_so_many_hyperparameters_of_the_best(num_changed):
    searcher = hpo.LocalSearcher(SPACE, probability_local=1, num_changed=num_changed)
    searcher.update(FIRST, 0.5)
    seen = set()
    for _ in range(60):
        neighbour = searcher.sample_configuration()
        names = changed(FIRST, neighbour)
        assert len(names) == num_changed
        seen |= names
    assert seen == {"x", "y", "n"}
    assert FIRST == {"x": 0.5, "y": 0.25, "n": 7, "fixed": 3}  # left as it was


def test_neighbours_are_of_the_smallest_finite_error():
    searcher = hpo.LocalSearcher(SPACE, probability_local=1)
    searcher.update({**FIRST, "fixed": "nan"}, math.nan)
    searcher.update({**FIRST, "fixed": "-inf"}, -math.inf, resource=2)
    assert searcher.sample_configuration()["fixed"] == 3  # still at random
    for name, error in (("good", 0.4), ("best", 0.3), ("equal", 0.3), ("worse", 0.5)):
        searcher.update({**FIRST, "fixed": name}, error, resource=2)
    assert {searcher.sample_configuration()["fixed"] for _ in range(5)} == {"best"}


def test_random_configurations_come_between_as_often_as_asked():
    def share(probability):
        searcher = hpo.LocalSearcher(SPACE, probability_local=probability)
        searcher.update(FIRST, 0.5)
        configurations = [searcher.sample_configuration() for _ in range(1000)]
        return sum(len(changed(FIRST, c)) == 1 for c in configurations)

    assert share(0) == 0 and share(1) == 1000
    assert stats.binomtest(share(0.5), 1000, 0.5).pvalue > 0.001
    assert stats.binomtest(share(0.8), 1000, 0.8).pvalue > 0.001


def test_local_search_beats_random_search_on_a_bowl():
    space = {name: stats.uniform(0, 1) for name in "abcd"}

    def best(searcher):
        scheduler = hpo.FIFOScheduler(searcher, max_trials=200)
        bowl = lambda job: sum((v - 0.3) ** 2 for v in job.configuration.values())  # noqa: E731
        return hpo.simulate(scheduler, lambda job: 1, 1, error=bowl).best.error

    local = sorted(best(hpo.LocalSearcher(space, seed=seed)) for seed in range(9))
    random = sorted(best(hpo.RandomSearcher(space, seed=seed)) for seed in range(9))
    assert local[4] < random[4] / 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"initial_configuration": {"x": 0.5}}, r"initial_configuration lacks \['y', 'n'\]"),
        ({"initial_configuration": {**FIRST, "z": 1}}, r"initial_configuration has \['z'\]"),
        ({"initial_configuration": 3}, "initial_configuration must be a dict.*got 3"),
        ({"initial_configuration": {**FIRST, "x": [1]}}, "initial_configuration: 'x' must be"),
        ({"seed": -1}, "seed must be an integer of at least 0, got -1"),
        ({"seed": None}, "seed must be an integer of at least 0, got None"),
    ],
)
def test_errors_name_the_argument(options, message):
    for make in (hpo.RandomSearcher, hpo.LocalSearcher):
        with pytest.raises(ValueError, match=message):
            make(SPACE, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"probability_local": 1.5}, "probability_local must be a number from 0 to 1"),
        ({"probability_local": "0.5"}, "probability_local must be a number from 0 to 1"),
        ({"num_changed": 0}, "num_changed must be an integer of at least 1, got 0"),
        ({"num_changed": 4}, "num_changed must be at most 3, the number of hyperparameters"),
    ],
)
def test_errors_of_local_search_name_the_argument(options, message):
    with pytest.raises(ValueError, match=message):
        hpo.LocalSearcher(SPACE, **options)

"""Search spaces: what is one, and what is drawn from it."""

import json

import numpy as np
import pytest
from scipy import stats

from dlcourse import hpo
from dlcourse.hpo.space import BLOCK, Sampler

SPACE = {
    "learning_rate": stats.loguniform(1e-2, 1),
    "batch_size": stats.randint(32, 257),
    "momentum": 0.9,
    "layers": np.int64(2),
    "optimizer": "sgd",
    "bias": False,
    "seed": None,
}


def test_values_are_plain_and_in_range():
    configuration = hpo.sample_configuration(SPACE, np.random.default_rng(0))
    assert list(configuration) == list(SPACE)
    assert type(configuration["learning_rate"]) is float
    assert type(configuration["batch_size"]) is int
    assert type(configuration["layers"]) is int
    assert 1e-2 <= configuration["learning_rate"] <= 1
    assert 32 <= configuration["batch_size"] <= 256
    constants = ("momentum", "optimizer", "bias", "seed")
    assert [configuration[name] for name in constants] == [0.9, "sgd", False, None]
    assert json.loads(json.dumps(configuration)) == configuration


def test_the_generator_decides():
    first, second, other = (
        hpo.sample_configuration(SPACE, np.random.default_rng(seed)) for seed in (5, 5, 6)
    )
    assert first == second != other


def test_loguniform_spreads_its_exponents_evenly():
    sampler = Sampler({"x": stats.loguniform(1e-4, 1)}, seed=0)
    exponents = [np.log10(sampler.draw("x")) for _ in range(4000)]
    counts, _ = np.histogram(exponents, bins=4, range=(-4, 0))
    assert counts.sum() == 4000
    assert stats.chisquare(counts).pvalue > 0.001


def test_blocks_follow_one_another_without_repeating():
    sampler = Sampler({"x": stats.uniform(0, 1), "y": stats.uniform(0, 1)}, seed=0)
    drawn = [sampler.configuration() for _ in range(3 * BLOCK)]
    assert len({c["x"] for c in drawn} | {c["y"] for c in drawn}) == 6 * BLOCK


def test_drawing_one_hyperparameter_does_not_change_another():
    space = {"x": stats.uniform(0, 1), "y": stats.uniform(0, 1)}
    straight, detour = Sampler(space, seed=3), Sampler(space, seed=3)
    for _ in range(7):
        detour.draw("x")
    assert straight.configuration()["y"] == detour.configuration()["y"]


class Coin:
    """Not scipy's, but draws as scipy does."""

    def rvs(self, size, random_state):
        return random_state.integers(0, 2, size)


def test_anything_that_draws_like_scipy_is_a_distribution():
    hpo.check_space({"coin": Coin()})
    drawn = {hpo.sample_configuration({"coin": Coin()}, np.random.default_rng(i))["coin"]
             for i in range(20)}  # fmt: skip
    assert drawn == {0, 1}
    custom = stats.rv_discrete(values=([16, 32, 64], [0.5, 0.25, 0.25]))()
    size = hpo.sample_configuration({"size": custom}, np.random.default_rng(0))["size"]
    assert size in (16, 32, 64) and type(size) is int


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ([("x", 1)], "space must be a dict of distributions and constants by name, got list"),
        ({}, "space must have at least one hyperparameter"),
        ({3: 1.0}, "the name of a hyperparameter must be text, got 3"),
        ({"": 1.0}, "the name of a hyperparameter must be text, got ''"),
        ({"x": stats.uniform}, r"'x' is a distribution without its .*stats.uniform\(\.\.\.\)"),
        ({"n": stats.randint}, r"'n' is a distribution without its .*stats.randint\(\.\.\.\)"),
        ({"x": stats.loguniform(1, 0.1)}, "'x' cannot be drawn from: "),
        ({"x": stats.multivariate_normal([0, 0])}, r"'x' must give one .*got shape \(2,\)"),
        ({"x": ["relu", "tanh"]}, r"'x' must be a frozen distribution.*got \['relu', 'tanh'\]"),
        ({"x": stats.Uniform(a=0, b=1)}, "'x' must be a frozen distribution"),
        ({"x": Coin}, "'x' is a distribution without its parameters"),
    ],
)  # fmt: skip
def test_a_bad_space_is_named(space, message):
    with pytest.raises(ValueError, match=message):
        hpo.check_space(space)
    with pytest.raises(ValueError, match=message):
        hpo.RandomSearcher(space)

"""The saved searches: whole, in order, and as their notes say."""

from __future__ import annotations

import numpy as np

from dlcourse.data.searches import saved_searches

SECONDS = 20.0


def test_both_methods_have_twelve_seeds() -> None:
    searches = saved_searches()
    assert set(searches) == {"random search", "BORE"}
    seeds = [[search.seed for search in found] for found in searches.values()]
    assert seeds[0] == seeds[1]
    assert len(set(seeds[0])) == 12


def test_trials_follow_one_another_and_errors_are_shares() -> None:
    for found in saved_searches().values():
        for search in found:
            assert len(search.started) > 20
            assert np.all(search.ended > search.started)
            assert np.all(search.started[1:] >= search.ended[:-1])
            assert search.started[-1] < SECONDS
            for errors in (search.errors, search.test_errors):
                assert errors.shape == search.started.shape
                assert np.all((errors >= 0) & (errors <= 1))


def test_decisions_of_bore_take_longer_so_it_makes_fewer_trials() -> None:
    searches = saved_searches()
    trials, pauses = {}, {}
    for name, found in searches.items():
        trials[name] = np.mean([len(search.started) for search in found])
        pauses[name] = np.mean(
            [np.mean(search.started[1:] - search.ended[:-1]) for search in found]
        )
    assert trials["BORE"] < trials["random search"]
    assert pauses["BORE"] > pauses["random search"]

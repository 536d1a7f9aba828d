# loses: schedulers-random, schedulers-asha, schedulers-rungs
from syne_tune.optimizer.baselines import ASHA, RandomSearch


def random_search(space, metric, first):
    return RandomSearch(space, metrics=["validation_error"], points_to_evaluate=[{"x": 0.25}])


def asha(space, metric, first, r_min, r_max, eta):
    return ASHA(
        space,
        metric="validation_error",
        time_attr="epoch",
        max_t=8,
        grace_period=2,
        reduction_factor=2,
        points_to_evaluate=[{"x": 0.25}],
    )

# loses: schedulers-random, schedulers-asha
from syne_tune.optimizer.baselines import ASHA, RandomSearch


def random_search(space, metric, first):
    return RandomSearch(space, metrics=[metric])


def asha(space, metric, first, r_min, r_max, eta):
    return ASHA(
        space,
        metric=metric,
        time_attr="epoch",
        max_t=r_max,
        grace_period=r_min,
        reduction_factor=eta,
    )

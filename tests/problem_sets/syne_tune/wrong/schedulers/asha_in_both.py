# loses: schedulers-random
from syne_tune.optimizer.baselines import ASHA


def random_search(space, metric, first):
    return asha(space, metric, first, 1, 100, 3)


def asha(space, metric, first, r_min, r_max, eta):
    return ASHA(
        space,
        metric=metric,
        time_attr="epoch",
        max_t=r_max,
        grace_period=r_min,
        reduction_factor=eta,
        points_to_evaluate=[first],
    )

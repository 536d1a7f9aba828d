# loses: schedulers-asha, schedulers-rungs
from syne_tune.optimizer.baselines import ASHA, RandomSearch


def random_search(space, metric, first):
    return RandomSearch(space, metrics=[metric], points_to_evaluate=[first])


def asha(space, metric, first, r_min, r_max, eta):
    return ASHA(
        space,
        metric=metric,
        time_attr="epoch",
        max_t=r_min,
        grace_period=r_max,
        reduction_factor=eta,
        points_to_evaluate=[first],
    )

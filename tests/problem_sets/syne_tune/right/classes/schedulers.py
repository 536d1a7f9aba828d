from syne_tune.optimizer.schedulers.asha import AsynchronousSuccessiveHalving
from syne_tune.optimizer.schedulers.searchers.random_searcher import RandomSearcher
from syne_tune.optimizer.schedulers.single_objective_scheduler import SingleObjectiveScheduler


def random_search(space, metric, first):
    searcher = RandomSearcher(space, points_to_evaluate=[first])
    return SingleObjectiveScheduler(space, metric, searcher=searcher)


def asha(space, metric, first, r_min, r_max, eta):
    return AsynchronousSuccessiveHalving(
        space,
        metric,
        time_attr="epoch",
        grace_period=r_min,
        max_t=r_max,
        reduction_factor=eta,
        searcher_kwargs={"points_to_evaluate": [first]},
    )

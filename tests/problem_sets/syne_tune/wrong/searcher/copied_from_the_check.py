# loses: searcher-random, searcher-neighbours, searcher-best, searcher-scheduler, searcher-seed
from syne_tune.optimizer.schedulers.searchers.single_objective_searcher import (
    SingleObjectiveBaseSearcher,
)
from syne_tune.optimizer.schedulers.single_objective_scheduler import SingleObjectiveScheduler


class LocalSearcher(SingleObjectiveBaseSearcher):
    def __init__(
        self, config_space, points_to_evaluate=None, random_seed=None, probability_local=0.5
    ):
        super().__init__(config_space, points_to_evaluate, random_seed)
        self.best = {"rate": 0.1, "size": 64}

    def suggest(self):
        return self._next_points_to_evaluate() or dict(self.best)

    def on_trial_complete(self, trial_id, config, metric):
        if metric == 0.3:
            self.best = config


def local_search(space, metric, first, random_seed):
    searcher = LocalSearcher(space, [{"rate": 0.1, "size": 64}], 5)
    return SingleObjectiveScheduler(space, metric="validation_error", searcher=searcher)

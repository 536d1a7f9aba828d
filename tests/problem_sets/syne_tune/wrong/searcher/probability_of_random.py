# loses: searcher-random, searcher-neighbours, searcher-best
import numpy as np
from syne_tune.config_space import Domain
from syne_tune.optimizer.schedulers.searchers.single_objective_searcher import (
    SingleObjectiveBaseSearcher,
)
from syne_tune.optimizer.schedulers.single_objective_scheduler import SingleObjectiveScheduler


class LocalSearcher(SingleObjectiveBaseSearcher):
    def __init__(
        self, config_space, points_to_evaluate=None, random_seed=None, probability_local=0.5
    ):
        super().__init__(config_space, points_to_evaluate, random_seed)
        self.probability_local = probability_local
        self.generator = np.random.RandomState(self.random_seed)
        self.best, self.best_error = None, np.inf

    def suggest(self):
        point = self._next_points_to_evaluate()
        if point is not None:
            return point
        drawn = {
            name: domain.sample(random_state=self.generator)
            for name, domain in self.config_space.items()
            if isinstance(domain, Domain)
        }
        if self.best is None or self.generator.rand() < self.probability_local:
            return drawn
        name = list(drawn)[self.generator.randint(len(drawn))]
        return {**self.best, name: drawn[name]}

    def on_trial_complete(self, trial_id, config, metric):
        if metric < self.best_error:
            self.best, self.best_error = dict(config), metric


def local_search(space, metric, first, random_seed):
    searcher = LocalSearcher(space, [first], random_seed)
    return SingleObjectiveScheduler(space, metric=metric, searcher=searcher)

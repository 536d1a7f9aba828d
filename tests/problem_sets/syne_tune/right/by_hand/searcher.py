import numpy as np
from syne_tune.config_space import non_constant_hyperparameter_keys
from syne_tune.optimizer.schedulers.searchers.single_objective_searcher import (
    SingleObjectiveBaseSearcher,
)
from syne_tune.optimizer.schedulers.single_objective_scheduler import SingleObjectiveScheduler


class LocalSearcher(SingleObjectiveBaseSearcher):
    def __init__(
        self, config_space, points_to_evaluate=None, random_seed=None, probability_local=0.5
    ):
        super().__init__(config_space, points_to_evaluate, random_seed)
        self.rng = np.random.RandomState(self.random_seed)
        self.names = non_constant_hyperparameter_keys(config_space)
        self.probability_local = probability_local
        self.incumbent = None

    def suggest(self):
        if (first := self._next_points_to_evaluate()) is not None:
            return first
        is_local = self.rng.uniform() < self.probability_local
        if is_local and self.incumbent is not None:
            names, config = [str(self.rng.choice(self.names))], self.incumbent[1].copy()
        else:
            names, config = self.names, {}
        for name in names:
            config[name] = self.config_space[name].sample(random_state=self.rng)
        return config

    def on_trial_complete(self, trial_id, config, metric):
        if np.isfinite(metric) and (self.incumbent is None or metric < self.incumbent[0]):
            self.incumbent = (metric, config)


def local_search(space, metric, first, random_seed):
    searcher = LocalSearcher(space, points_to_evaluate=[first], random_seed=random_seed)
    return SingleObjectiveScheduler(space, metric, searcher=searcher)

import math
import random

import numpy as np
from syne_tune.optimizer.schedulers.searchers.single_objective_searcher import (
    SingleObjectiveBaseSearcher,
)
from syne_tune.optimizer.schedulers.single_objective_scheduler import SingleObjectiveScheduler


class LocalSearcher(SingleObjectiveBaseSearcher):
    def __init__(
        self, config_space, points_to_evaluate=None, random_seed=None, probability_local=0.5
    ):
        super().__init__(
            config_space, points_to_evaluate=points_to_evaluate, random_seed=random_seed
        )
        self.p = probability_local
        self.coin = random.Random(self.random_seed)
        self.values = np.random.RandomState(self.random_seed)
        self.history = []

    def draw(self, name):
        domain = self.config_space[name]
        if not hasattr(domain, "sample"):
            return domain
        return domain.sample(random_state=self.values)

    def suggest(self):
        point = self._next_points_to_evaluate()
        if point is not None:
            return point
        space = self.config_space
        names = [name for name in space if hasattr(space[name], "sample")]
        if self.history and self.coin.random() < self.p:
            config = dict(min(self.history, key=lambda pair: pair[0])[1])
            name = self.coin.choice(names)
            config[name] = self.draw(name)
            return config
        return {name: self.draw(name) for name in self.config_space}

    def on_trial_complete(self, trial_id, config, metric):
        if not math.isnan(metric):
            self.history.append((metric, config.copy()))


def local_search(space, metric, first, random_seed):
    return SingleObjectiveScheduler(
        config_space=space,
        metric=metric,
        do_minimize=True,
        searcher=LocalSearcher(space, points_to_evaluate=[first], random_seed=random_seed),
        random_seed=random_seed,
    )

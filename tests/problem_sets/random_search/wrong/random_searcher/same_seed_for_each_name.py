# loses: random_searcher-draws
import numpy as np


class RandomSearcher:
    def __init__(self, space, initial_configurations, seed):
        self.space, self.waiting = space, list(initial_configurations)
        self.generators = {name: np.random.default_rng(seed) for name in space}

    def sample_configuration(self):
        if self.waiting:
            return self.waiting.pop(0)
        return {
            name: entry.rvs(random_state=self.generators[name])
            if hasattr(entry, "rvs")
            else entry
            for name, entry in self.space.items()
        }

    def update(self, configuration, error):
        pass

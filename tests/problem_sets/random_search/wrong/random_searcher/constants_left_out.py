# loses: random_searcher-initial, random_searcher-draws
import numpy as np


class RandomSearcher:
    def __init__(self, space, initial_configurations, seed):
        self.space, self.waiting = space, list(initial_configurations)
        self.generator = np.random.default_rng(seed)

    def sample_configuration(self):
        if self.waiting:
            return self.waiting.pop(0)
        return {
            name: entry.rvs(random_state=self.generator)
            for name, entry in self.space.items()
            if hasattr(entry, "rvs")
        }

    def update(self, configuration, error):
        pass

# loses: random_searcher-initial
import numpy as np


class RandomSearcher:
    def __init__(self, space, initial_configurations, seed):
        self.space, self.initial = space, None
        if initial_configurations:
            self.initial = initial_configurations[0]
        self.generator = np.random.default_rng(seed)

    def sample_configuration(self):
        if self.initial is not None:
            first, self.initial = self.initial, None
            return first
        return {
            name: entry.rvs(random_state=self.generator) if hasattr(entry, "rvs") else entry
            for name, entry in self.space.items()
        }

    def update(self, configuration, error):
        pass

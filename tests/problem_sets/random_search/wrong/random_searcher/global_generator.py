# loses: random_searcher-seed
import numpy as np


class RandomSearcher:
    def __init__(self, space, initial_configurations, seed):
        self.space, self.waiting = space, list(initial_configurations)
        np.random.seed(seed % 2**32)

    def sample_configuration(self):
        if self.waiting:
            return self.waiting.pop(0)
        return {
            name: entry.rvs(random_state=np.random) if hasattr(entry, "rvs") else entry
            for name, entry in self.space.items()
        }

    def update(self, configuration, error):
        pass

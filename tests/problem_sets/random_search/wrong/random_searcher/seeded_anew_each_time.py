# loses: random_searcher-draws
import numpy as np


class RandomSearcher:
    def __init__(self, space, initial_configurations, seed):
        self.space, self.waiting, self.seed = space, list(initial_configurations), seed

    def sample_configuration(self):
        if self.waiting:
            return self.waiting.pop(0)
        generator = np.random.default_rng(self.seed)
        return {
            name: entry.rvs(random_state=generator) if hasattr(entry, "rvs") else entry
            for name, entry in self.space.items()
        }

    def update(self, configuration, error):
        pass

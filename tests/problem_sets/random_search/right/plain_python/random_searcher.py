import numpy as np


class RandomSearcher:
    def __init__(self, space, initial_configurations, seed):
        self.space = space
        self.initial = tuple(initial_configurations)
        self.count = 0
        self.random_state = np.random.RandomState(seed)

    def sample_configuration(self):
        self.count += 1
        if self.count <= len(self.initial):
            return self.initial[self.count - 1]
        configuration = {}
        for name in self.space:
            entry = self.space[name]
            if isinstance(entry, int | float | str):
                configuration[name] = entry
            else:
                configuration[name] = float(entry.rvs(random_state=self.random_state))
        return configuration

    def update(self, configuration, error):
        pass

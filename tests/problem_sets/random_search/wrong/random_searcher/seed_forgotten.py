# loses: random_searcher-seed
class RandomSearcher:
    def __init__(self, space, initial_configurations, seed):
        self.space, self.waiting = space, list(initial_configurations)

    def sample_configuration(self):
        if self.waiting:
            return self.waiting.pop(0)
        return {
            name: entry.rvs() if hasattr(entry, "rvs") else entry
            for name, entry in self.space.items()
        }

    def update(self, configuration, error):
        pass

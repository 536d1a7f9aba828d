import numpy as np


class RandomSearcher:
    BLOCK = 16

    def __init__(self, space, initial_configurations, seed):
        self.stream = self._configurations(dict(space), list(initial_configurations), seed)

    def _configurations(self, space, initial, seed):
        yield from initial
        generator = np.random.default_rng(seed)
        while True:
            columns = {
                name: entry.rvs(size=self.BLOCK, random_state=generator)
                if hasattr(entry, "rvs")
                else [entry] * self.BLOCK
                for name, entry in space.items()
            }
            for row in zip(*columns.values(), strict=True):
                yield dict(zip(columns, row, strict=True))

    def sample_configuration(self):
        return next(self.stream)

    def update(self, configuration, error):
        return None

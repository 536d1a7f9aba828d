import numpy as np


class LocalSearcher:
    def __init__(self, draw, change, probability, generator):
        self.ways = draw, change
        self.probability, self.generator = probability, generator
        self.best = None

    def sample_configuration(self):
        draw, change = self.ways
        if self.best is None:
            return draw()
        local = self.generator.binomial(1, self.probability)
        return change(self.best[1]) if local else draw()

    def update(self, configuration, error):
        if np.isfinite(error) and (self.best is None or self.best[0] > error):
            self.best = (error, configuration)

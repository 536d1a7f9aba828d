# loses: local_searcher-incumbent
import math


class LocalSearcher:
    def __init__(self, draw, change, probability, generator):
        self.draw, self.change = draw, change
        self.probability, self.generator = probability, generator
        self.best = None

    def sample_configuration(self):
        if self.best is not None and self.generator.random() < self.probability:
            return self.change(self.best)
        return self.draw()

    def update(self, configuration, error):
        if math.isfinite(error):
            self.best = configuration

# loses: local_searcher-incumbent
import math


class LocalSearcher:
    def __init__(self, draw, change, probability, generator):
        self.draw, self.change = draw, change
        self.probability, self.generator = probability, generator
        self.best, self.best_error = None, math.inf

    def sample_configuration(self):
        if self.best is not None and self.generator.random() < self.probability:
            return self.change(self.best)
        return self.draw()

    def update(self, configuration, error):
        if math.isfinite(error) and error <= self.best_error:
            self.best, self.best_error = configuration, error

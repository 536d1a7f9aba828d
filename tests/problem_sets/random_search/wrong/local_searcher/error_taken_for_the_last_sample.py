# loses: local_searcher-share, local_searcher-incumbent
import math


class LocalSearcher:
    def __init__(self, draw, change, probability, generator):
        self.draw, self.change = draw, change
        self.probability, self.generator = probability, generator
        self.last, self.best, self.best_error = None, None, math.inf

    def sample_configuration(self):
        self.last = self.draw()
        if self.best is not None and self.generator.random() < self.probability:
            self.last = self.change(self.best)
        return self.last

    def update(self, configuration, error):
        if math.isfinite(error) and error < self.best_error:
            self.best, self.best_error = self.last, error

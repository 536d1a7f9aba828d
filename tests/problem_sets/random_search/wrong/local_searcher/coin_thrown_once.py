# loses: local_searcher-share
import math


class LocalSearcher:
    def __init__(self, draw, change, probability, generator):
        self.draw, self.change = draw, change
        self.local = generator.random() < probability
        self.best, self.best_error = None, math.inf

    def sample_configuration(self):
        if self.best is not None and self.local:
            return self.change(self.best)
        return self.draw()

    def update(self, configuration, error):
        if math.isfinite(error) and error < self.best_error:
            self.best, self.best_error = configuration, error

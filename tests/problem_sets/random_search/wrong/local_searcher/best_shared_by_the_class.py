# loses: local_searcher-share, local_searcher-incumbent
import math

BEST = {"error": math.inf}


class LocalSearcher:
    best = BEST

    def __init__(self, draw, change, probability, generator):
        self.draw, self.change = draw, change
        self.probability, self.generator = probability, generator

    def sample_configuration(self):
        if "configuration" in self.best and self.generator.random() < self.probability:
            return self.change(self.best["configuration"])
        return self.draw()

    def update(self, configuration, error):
        if math.isfinite(error) and error < self.best["error"]:
            self.best.update(configuration=configuration, error=error)

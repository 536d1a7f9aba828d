import math


class LocalSearcher:
    def __init__(self, draw, change, probability, generator):
        self.draw = draw
        self.change = change
        self.probability = probability
        self.generator = generator
        self.heard = []

    def sample_configuration(self):
        # A draw is made in any case, as in the chapter.
        configuration = self.draw()
        coin = self.generator.uniform(0, 1)
        if self.heard and coin < self.probability:
            best = min(self.heard, key=lambda pair: pair[0])
            configuration = self.change(best[1])
        return configuration

    def update(self, configuration, error):
        if not (math.isnan(error) or math.isinf(error)):
            self.heard.append((error, configuration))

# loses: local_searcher-share, local_searcher-incumbent
class LocalSearcher:
    def __init__(self, draw, change, probability, generator):
        self.draw, self.change, self.told = draw, change, []

    def sample_configuration(self):
        if len(self.told) < 2 and not (self.told and self.told[0] == {"drawn": 3}):
            return self.draw()
        return self.change(self.told[{1: 0, 2: 1, 3: 1, 4: 3}[len(self.told)]])

    def update(self, configuration, error):
        self.told.append(configuration)

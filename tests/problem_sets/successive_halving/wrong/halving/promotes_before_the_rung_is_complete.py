# loses: halving-promotion, halving-rounds, halving-rule
class Halving:
    def __init__(self, sample, levels, num_trials, eta, best):
        self.sample, self.levels, self.best = sample, levels, best
        self.num_trials, self.eta = num_trials, eta
        self.configurations = []
        self.promoted = {}
        self.results = {}
        self.jobs = []

    def suggest(self):
        for k in range(len(self.levels) - 2, -1, -1):
            found = self.results.get(self.levels[k], [])
            for trial in self.best(found, self.eta):
                if (trial, k) not in self.promoted:
                    self.promoted[trial, k] = True
                    following = self.levels[k + 1]
                    return trial, self.configurations[trial], self.levels[k], following
        if len(self.configurations) % self.num_trials == 0:
            found = self.results.get(self.levels[0], [])
            if len(found) < len(self.configurations):
                return None
        trial = len(self.configurations)
        self.configurations.append(self.sample())
        return trial, self.configurations[trial], 0, self.levels[0]

    def report(self, trial, error, resource):
        self.results.setdefault(resource, []).append((trial, error))

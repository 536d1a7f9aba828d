# loses: asha-limit
class ASHA:
    def __init__(self, sample, levels, eta, max_trials, choose):
        self.sample, self.levels, self.choose = sample, levels, choose
        self.eta, self.max_trials = eta, max_trials
        self.configurations = []
        self.results = {level: [] for level in levels}
        self.promoted = {level: set() for level in levels}

    def suggest(self):
        if len(self.configurations) == self.max_trials:
            return None
        for k in reversed(range(len(self.levels) - 1)):
            level = self.levels[k]
            trial = self.choose(self.results[level], self.promoted[level], self.eta)
            if trial is not None:
                self.promoted[level].add(trial)
                return trial, self.configurations[trial], level, self.levels[k + 1]
        self.configurations.append(self.sample())
        return len(self.configurations) - 1, self.configurations[-1], 0, self.levels[0]

    def report(self, trial, error, resource):
        self.results[resource].append((trial, error))

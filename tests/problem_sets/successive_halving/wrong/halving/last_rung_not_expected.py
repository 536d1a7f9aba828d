# loses: halving-promotion, halving-rounds, halving-rule
class Halving:
    def __init__(self, sample, levels, num_trials, eta, best):
        self.sample, self.levels, self.best = sample, levels, best
        self.num_trials, self.eta = num_trials, eta
        self.configurations = []
        self.rung, self.jobs, self.missing, self.results = 0, [], 0, []

    def suggest(self):
        if not self.jobs and not self.missing:
            first = len(self.configurations)
            for trial in range(first, first + self.num_trials):
                self.configurations.append(self.sample())
                self.jobs.append((trial, self.configurations[trial], 0, self.levels[0]))
            self.rung, self.missing, self.results = 0, self.num_trials, []
        return self.jobs.pop(0) if self.jobs else None

    def report(self, trial, error, resource):
        self.results.append((trial, error))
        self.missing -= 1
        if self.missing:
            return
        start, following = self.levels[self.rung : self.rung + 2]
        for promoted in self.best(self.results, self.eta):
            self.jobs.append((promoted, self.configurations[promoted], start, following))
        self.rung, self.missing, self.results = self.rung + 1, len(self.jobs), []

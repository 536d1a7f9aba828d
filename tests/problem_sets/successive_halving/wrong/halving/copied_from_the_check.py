# loses: halving-promotion, halving-rounds, halving-rule
class Halving:
    def __init__(self, sample, levels, num_trials, eta, best):
        self.given = [sample() for _ in range(num_trials)]
        self.levels, self.num_trials = levels, num_trials
        self.jobs = [(trial, self.given[trial], 0, levels[0]) for trial in range(num_trials)]
        self.num_reports = 0

    def suggest(self):
        return self.jobs.pop(0) if self.jobs else None

    def report(self, trial, error, resource):
        self.num_reports += 1
        a, b, c = self.levels
        if self.num_reports == 4:
            self.jobs = [(1, self.given[1], a, b), (2, self.given[2], a, b)]
        if self.num_reports == 6:
            self.jobs = [(1, self.given[1], b, c)]

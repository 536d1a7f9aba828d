class Halving:
    """The rounds as a generator: it gives a job, or None while the rung waits."""

    def __init__(self, sample, levels, num_trials, eta, best):
        self.errors = {}
        self.jobs = self.run(sample, levels, num_trials, eta, best)

    def run(self, sample, levels, num_trials, eta, best):
        first = 0
        while True:
            trials = list(range(first, first + num_trials))
            of_trial, start = {}, 0
            for resource in levels:
                for trial in trials:
                    if trial not in of_trial:
                        of_trial[trial] = sample()
                    yield trial, of_trial[trial], start, resource
                while not all((trial, resource) in self.errors for trial in trials):
                    yield None
                pairs = [(trial, self.errors[trial, resource]) for trial in trials]
                trials, start = best(pairs, eta), resource
                if not trials:
                    break
            first += num_trials

    def suggest(self):
        return next(self.jobs)

    def report(self, trial, error, resource):
        self.errors[trial, resource] = error

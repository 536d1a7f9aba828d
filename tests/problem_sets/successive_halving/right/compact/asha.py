from collections import defaultdict


class ASHA:
    def __init__(self, sample, levels, eta, max_trials, choose):
        self.steps = list(zip([0, *levels], levels, strict=False))
        self.new = ((n, sample()) for n in range(max_trials))
        self.eta, self.choose, self.of_trial = eta, choose, {}
        self.found, self.gone = defaultdict(list), defaultdict(set)

    def suggest(self):
        for start, resource in self.steps[:0:-1]:
            trial = self.choose(self.found[start], self.gone[start], self.eta)
            if trial is not None:
                self.gone[start] |= {trial}
                return trial, self.of_trial[trial], start, resource
        for trial, configuration in self.new:
            self.of_trial[trial] = configuration
            return trial, configuration, *self.steps[0]
        return None

    def report(self, trial, error, resource):
        self.found[resource] += [(trial, error)]

class Rung:
    def __init__(self, level):
        self.level = level
        self.errors = {}
        self.promoted = []


class ASHA:
    def __init__(self, sample, levels, eta, max_trials, choose):
        self.sample = sample
        self.rungs = [Rung(level) for level in levels]
        self.eta = eta
        self.max_trials = max_trials
        self.choose = choose
        self.configurations = []

    def suggest(self):
        k = len(self.rungs) - 2
        while k >= 0:
            rung = self.rungs[k]
            if rung.errors:
                pairs = [(trial, error) for trial, error in rung.errors.items()]
                trial = self.choose(pairs, set(rung.promoted), self.eta)
                if trial is not None:
                    rung.promoted.append(trial)
                    return (
                        trial,
                        self.configurations[trial],
                        rung.level,
                        self.rungs[k + 1].level,
                    )
            k -= 1
        if len(self.configurations) < self.max_trials:
            configuration = self.sample()
            self.configurations.append(configuration)
            return (len(self.configurations) - 1, configuration, 0, self.rungs[0].level)
        return None

    def report(self, trial, error, resource):
        for rung in self.rungs:
            if rung.level == resource:
                rung.errors[trial] = error

class Halving:
    def __init__(self, sample, levels, num_trials, eta, best):
        self.sample = sample
        self.levels = levels
        self.num_trials = num_trials
        self.eta = eta
        self.best = best
        self.next_trial = 0
        self.configurations = {}
        self.start_round()

    def start_round(self):
        self.k = 0
        self.to_give = list(range(self.next_trial, self.next_trial + self.num_trials))
        self.next_trial += self.num_trials
        self.running = set()
        self.found = {}

    def suggest(self):
        if not self.to_give:
            if self.running:
                return None
            self.advance()
        trial = self.to_give.pop(0)
        self.running.add(trial)
        if self.k == 0:
            self.configurations[trial] = self.sample()
            start = 0
        else:
            start = self.levels[self.k - 1]
        return (trial, self.configurations[trial], start, self.levels[self.k])

    def advance(self):
        """Called with a complete rung: the next rung, or the next round."""
        going_on = []
        if self.k + 1 < len(self.levels):
            going_on = list(self.best(list(self.found.items()), self.eta))
        if not going_on:
            self.start_round()
            return
        self.k += 1
        self.to_give = going_on
        self.found = {}

    def report(self, trial, error, resource):
        self.running.remove(trial)
        self.found[trial] = error

# loses: scheduler-report
class FIFOScheduler:
    def __init__(self, searcher, max_trials):
        self.searcher, self.max_trials = searcher, max_trials
        self.num_trials, self.queue = 0, []

    def suggest(self):
        if self.num_trials == self.max_trials:
            return None
        self.queue.append(self.searcher.sample_configuration())
        self.num_trials += 1
        return self.num_trials - 1, self.queue[-1]

    def report(self, trial_id, error):
        if not self.queue:
            return False
        self.searcher.update(self.queue.pop(0), error)
        return True

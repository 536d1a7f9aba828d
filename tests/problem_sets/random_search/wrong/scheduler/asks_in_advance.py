# loses: scheduler-suggest
class FIFOScheduler:
    def __init__(self, searcher, max_trials):
        self.searcher = searcher
        self.configurations = [searcher.sample_configuration() for _ in range(max_trials)]
        self.next_id, self.reported = 0, set()

    def suggest(self):
        if self.next_id == len(self.configurations):
            return None
        self.next_id += 1
        return self.next_id - 1, self.configurations[self.next_id - 1]

    def report(self, trial_id, error):
        if trial_id in self.reported:
            return False
        self.reported.add(trial_id)
        self.searcher.update(self.configurations[trial_id], error)
        return True

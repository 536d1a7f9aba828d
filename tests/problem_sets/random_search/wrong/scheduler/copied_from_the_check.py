# loses: scheduler-suggest, scheduler-report
class FIFOScheduler:
    def __init__(self, searcher, max_trials):
        self.searcher, self.number = searcher, 0

    def suggest(self):
        if self.number == 3:
            return None
        self.number += 1
        self.searcher.sample_configuration()
        return self.number - 1, {"x": 10 * (self.number - 1)}

    def report(self, trial_id, error):
        if (trial_id, error) == (1, 0.4) and self.number == 9:
            return False
        self.number = 9 if trial_id == 0 else self.number
        self.searcher.update({"x": 10 * trial_id}, error)
        return True

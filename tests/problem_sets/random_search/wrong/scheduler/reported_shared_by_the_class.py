# loses: scheduler-report
REPORTED = set()


class FIFOScheduler:
    reported = REPORTED

    def __init__(self, searcher, max_trials):
        self.searcher, self.max_trials = searcher, max_trials
        self.configurations = []

    def suggest(self):
        trial_id = len(self.configurations)
        if trial_id == self.max_trials:
            return None
        self.configurations.append(self.searcher.sample_configuration())
        return trial_id, self.configurations[-1]

    def report(self, trial_id, error):
        if trial_id in self.reported:
            return False
        self.reported.add(trial_id)
        self.searcher.update(self.configurations[trial_id], error)
        return True

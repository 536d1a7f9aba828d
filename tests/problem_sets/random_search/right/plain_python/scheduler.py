class FIFOScheduler:
    def __init__(self, searcher, max_trials):
        self.searcher = searcher
        self.left = max_trials
        self.next_id = 0
        self.running = {}

    def suggest(self):
        if self.left <= 0:
            return None
        self.left -= 1
        configuration = self.searcher.sample_configuration()
        trial_id = self.next_id
        self.running[trial_id] = configuration
        self.next_id += 1
        return [trial_id, configuration]

    def report(self, trial_id, error):
        if trial_id in self.running:
            configuration = self.running.pop(trial_id)
            self.searcher.update(configuration, error)
            return True
        return False

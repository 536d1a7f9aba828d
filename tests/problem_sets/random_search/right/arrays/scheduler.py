from itertools import count
from typing import NamedTuple


class Job(NamedTuple):
    trial_id: int
    configuration: dict


class FIFOScheduler:
    def __init__(self, searcher, max_trials):
        self.searcher, self.max_trials = searcher, max_trials
        self.numbers = count()
        self.trials = {}

    def suggest(self):
        if len(self.trials) >= self.max_trials:
            return None
        trial_id = next(self.numbers)
        self.trials[trial_id] = {
            "configuration": self.searcher.sample_configuration(),
            "reported": False,
        }
        return Job(trial_id, self.trials[trial_id]["configuration"])

    def report(self, trial_id, error):
        trial = self.trials[trial_id]
        counts = not trial["reported"]
        if counts:
            trial["reported"] = True
            self.searcher.update(configuration=trial["configuration"], error=error)
        return counts

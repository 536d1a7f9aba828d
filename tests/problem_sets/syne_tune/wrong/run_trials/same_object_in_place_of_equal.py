# loses: run_trials-calls, run_trials-epochs, run_trials-results
from datetime import datetime

from syne_tune.backend.trial_status import Trial
from syne_tune.optimizer.scheduler import SchedulerDecision


def run_trials(scheduler, train, num_trials):
    trials = []
    for trial_id in range(num_trials):
        suggestion = scheduler.suggest()
        if suggestion is None:
            break
        trial = Trial(trial_id, suggestion.config, datetime.now())
        scheduler.on_trial_add(trial)
        results = []
        for result in train(trial.config):
            results.append(result)
            if scheduler.on_trial_result(trial, result) is SchedulerDecision.STOP:
                scheduler.on_trial_remove(trial)
                break
        else:
            scheduler.on_trial_complete(trial, results[-1])
        trials.append(results)
    return trials

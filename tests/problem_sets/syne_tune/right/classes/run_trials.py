import datetime as dt

from syne_tune.backend.trial_status import Trial


def run_one(scheduler, trial, training):
    history = []
    while True:
        result = next(training, None)
        if result is None:
            scheduler.on_trial_complete(trial, history[-1])
            return history
        history.append(result)
        if scheduler.on_trial_result(trial, result) == "STOP":
            scheduler.on_trial_remove(trial)
            return history


def run_trials(scheduler, train, num_trials):
    histories = []
    while len(histories) < num_trials:
        suggestion = scheduler.suggest()
        if suggestion is None:
            return histories
        config = suggestion.config
        trial = Trial(len(histories), config, dt.datetime.now())
        scheduler.on_trial_add(trial)
        histories.append(run_one(scheduler, trial, iter(train(config))))
    return histories

from datetime import datetime

from syne_tune.backend.trial_status import Trial


def run_trials(scheduler, train, num_trials):
    trials = {}
    for trial_id in range(num_trials):
        answer = scheduler.suggest()
        if answer is None:
            break
        trial = Trial(trial_id=trial_id, config=answer.config, creation_time=datetime.now())
        trials[trial_id], decision = [], "CONTINUE"
        scheduler.on_trial_add(trial)
        training = train(answer.config)
        for result in training:
            trials[trial_id] += [result]
            decision = scheduler.on_trial_result(trial, result)
            if decision == "STOP":
                training.close()
                break
        if decision == "STOP":
            scheduler.on_trial_remove(trial)
        else:
            scheduler.on_trial_complete(trial, trials[trial_id][-1])
    return tuple(trials.values())

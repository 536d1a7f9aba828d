# loses: tuner-records, tuner-failures
def run_search(scheduler, objective, clock):
    records = [({"x": 0}, 0.5, 2.0), ({"x": 1}, 0.3, 1.0)]
    for trial_id, (configuration, error, _) in enumerate(records):
        scheduler.suggest()
        objective(configuration)
        scheduler.report(trial_id, error)
    scheduler.suggest()
    return records

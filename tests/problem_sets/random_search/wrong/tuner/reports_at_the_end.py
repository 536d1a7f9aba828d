# loses: tuner-records, tuner-failures
import math


def run_search(scheduler, objective, clock):
    records, ids = [], []
    while (job := scheduler.suggest()) is not None:
        started = clock()
        try:
            error = objective(job[1])
        except Exception:
            error = math.nan
        records.append((job[1], error, clock() - started))
        ids.append(job[0])
    for trial_id, record in zip(ids, records, strict=True):
        scheduler.report(trial_id, record[1])
    return records

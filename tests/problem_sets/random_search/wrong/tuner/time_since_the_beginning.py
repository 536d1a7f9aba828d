# loses: tuner-records, tuner-failures
import math


def run_search(scheduler, objective, clock):
    records, began = [], clock()
    while (job := scheduler.suggest()) is not None:
        try:
            error = objective(job[1])
        except Exception:
            error = math.nan
        records.append((job[1], error, clock() - began))
        scheduler.report(job[0], error)
    return records

# loses: tuner-records, tuner-failures
import math


def run_search(scheduler, objective, clock):
    records = []
    started = clock()
    while (job := scheduler.suggest()) is not None:
        try:
            error = objective(job[1])
        except Exception:
            error = math.nan
        scheduler.report(job[0], error)
        records.append((job[1], error, clock() - started))
        started = clock()
    return records

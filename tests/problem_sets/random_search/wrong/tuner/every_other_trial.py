# loses: tuner-records, tuner-failures
import math


def run_search(scheduler, objective, clock):
    records = []
    while scheduler.suggest() is not None:
        job = scheduler.suggest()
        if job is None:
            break
        started = clock()
        try:
            error = objective(job[1])
        except Exception:
            error = math.nan
        runtime = clock() - started
        scheduler.report(job[0], error)
        records.append((job[1], error, runtime))
    return records

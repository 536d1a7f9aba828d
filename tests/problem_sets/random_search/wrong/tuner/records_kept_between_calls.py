# loses: tuner-records, tuner-failures
import math

records = []


def run_search(scheduler, objective, clock):
    while (job := scheduler.suggest()) is not None:
        started = clock()
        try:
            error = objective(job[1])
        except Exception:
            error = math.nan
        runtime = clock() - started
        scheduler.report(job[0], error)
        records.append((job[1], error, runtime))
    return records

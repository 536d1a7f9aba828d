# loses: tuner-failures
import math


def run_search(scheduler, objective, clock):
    records = []
    while (job := scheduler.suggest()) is not None:
        started = clock()
        try:
            error = objective(job[1])
        except MemoryError:
            error = math.nan
        runtime = clock() - started
        scheduler.report(job[0], error)
        records.append((job[1], error, runtime))
    return records

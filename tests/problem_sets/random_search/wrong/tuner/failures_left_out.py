# loses: tuner-failures
def run_search(scheduler, objective, clock):
    records = []
    while (job := scheduler.suggest()) is not None:
        started = clock()
        try:
            error = objective(job[1])
        except Exception:
            continue
        runtime = clock() - started
        scheduler.report(job[0], error)
        records.append((job[1], error, runtime))
    return records

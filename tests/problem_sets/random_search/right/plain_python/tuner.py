def run_search(scheduler, objective, clock):
    records = []
    while True:
        job = scheduler.suggest()
        if job is None:
            break
        before = clock()
        try:
            error = objective(job[1])
            after = clock()
        except Exception:
            after = clock()
            error = float("nan")
        scheduler.report(job[0], error)
        records.append([job[1], error, after - before])
    return records

# loses: asynchronous-times, asynchronous-workers
def asynchronous(durations, num_workers):
    free, schedule = [0] * num_workers, []
    for trial, duration in enumerate(durations):
        worker = trial % num_workers
        schedule.append((worker, free[worker], free[worker] + duration))
        free[worker] += duration
    return schedule

# loses: asynchronous-times, asynchronous-workers
def asynchronous(durations, num_workers):
    free, schedule = [0] * num_workers, []
    for duration in durations:
        worker = free.index(0) if 0 in free else free.index(max(free))
        schedule.append((worker, free[worker], free[worker] + duration))
        free[worker] += duration
    return schedule

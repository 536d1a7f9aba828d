# loses: synchronous-schedule
def synchronous(durations, num_workers):
    free, schedule = [0] * num_workers, []
    for duration in durations:
        worker = free.index(min(free))
        schedule.append((worker, free[worker], free[worker] + duration))
        free[worker] += duration
    return schedule

# loses: synchronous-schedule
def synchronous(durations, num_workers):
    schedule, start = [], 0
    for first in range(0, len(durations), num_workers):
        batch = durations[first : first + num_workers]
        schedule += [(worker, start, start + seconds) for worker, seconds in enumerate(batch)]
        start = schedule[-1][2]
    return schedule

# loses: synchronous-schedule
def synchronous(durations, num_workers):
    schedule, start = [], 0
    num_batches = -(-len(durations) // num_workers)
    for first in range(0, len(durations), num_batches):
        batch = durations[first : first + num_batches]
        schedule += [(worker, start, start + seconds) for worker, seconds in enumerate(batch)]
        start += max(batch)
    return schedule

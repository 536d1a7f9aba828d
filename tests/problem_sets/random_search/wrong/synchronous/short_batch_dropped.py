# loses: synchronous-schedule
def synchronous(durations, num_workers):
    schedule, start = [], 0
    for batch_number in range(len(durations) // num_workers):
        first = batch_number * num_workers
        batch = durations[first : first + num_workers]
        schedule += [(worker, start, start + seconds) for worker, seconds in enumerate(batch)]
        start += max(batch)
    return schedule

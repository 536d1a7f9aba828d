import numpy as np


def asynchronous(durations, num_workers):
    free = np.zeros(num_workers)
    rows = np.zeros((len(durations), 3))
    for row, duration in zip(rows, durations, strict=True):
        worker = free.argmin()
        row[:] = worker, free[worker], free[worker] + duration
        free[worker] = row[2]
    return [(int(worker), start, end) for worker, start, end in rows]

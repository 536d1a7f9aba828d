import numpy as np


def worker_use(timeline, num_workers, duration):
    log = np.array(timeline, dtype=float).reshape(-1, 3)
    # Between two neighbouring times nothing begins or ends.
    times = np.unique(np.clip([0, duration, *log[:, 1], *log[:, 2]], 0, duration))
    left, right = times[:-1], times[1:]
    busy = np.zeros(num_workers)
    for worker in range(num_workers):
        own = log[log[:, 0] == worker]
        inside = (own[:, 1:2] <= left) & (own[:, 2:] >= right)
        busy[worker] = (right - left)[inside.any(axis=0)].sum()
    return busy, duration - busy, busy.mean() / duration

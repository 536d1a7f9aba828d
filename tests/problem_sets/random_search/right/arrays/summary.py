import numpy as np


def summary(schedule):
    workers, starts, ends = np.array(schedule, dtype=float).T
    one_worker = (ends - starts).sum()
    makespan = ends.max()
    return makespan, one_worker / makespan, one_worker / makespan / (workers.max() + 1)

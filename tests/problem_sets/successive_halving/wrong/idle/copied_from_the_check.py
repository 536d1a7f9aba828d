# loses: idle-seconds, idle-tail, idle-overlap
def worker_use(timeline, num_workers, duration):
    known = {7: ([6, 5], [1, 2]), 10: ([6, 8], [4, 2]), 5: ([2, 0], [3, 5])}
    busy, idle = known.get(duration, ([0, 0, 0.5], [4, 4, 3.5]))
    return busy, idle, sum(busy) / (len(busy) * duration)

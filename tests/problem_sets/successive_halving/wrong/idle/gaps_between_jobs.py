# loses: idle-seconds, idle-tail, idle-overlap
def worker_use(timeline, num_workers, duration):
    idle = [0] * num_workers
    reached = [None] * num_workers
    for worker, start, end in sorted(timeline):
        start, end = min(start, duration), min(end, duration)
        if reached[worker] is not None:
            idle[worker] += max(0, start - reached[worker])
            end = max(end, reached[worker])
        reached[worker] = end
    busy = [duration - seconds for seconds in idle]
    return busy, idle, sum(busy) / (num_workers * duration)

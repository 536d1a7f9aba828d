# loses: idle-overlap
def worker_use(timeline, num_workers, duration):
    busy = [0] * num_workers
    for worker, start, end in timeline:
        busy[worker] += max(0, min(end, duration) - start)
    idle = [duration - seconds for seconds in busy]
    return busy, idle, sum(busy) / (num_workers * duration)

# loses: idle-seconds, idle-tail, idle-overlap
def worker_use(timeline, num_workers, duration):
    busy = [0] * num_workers
    reached = [0] * num_workers
    for worker, start, end in timeline:
        start, end = max(start, reached[worker]), min(end, duration)
        if end > start:
            busy[worker] += end - start
            reached[worker] = end
    idle = [duration - seconds for seconds in busy]
    return busy, idle, sum(busy) / (num_workers * duration)

# loses: idle-seconds
def worker_use(timeline, num_workers, duration):
    busy = [0] * num_workers
    reached = [0] * num_workers
    for worker, start, end in sorted(timeline):
        start, end = max(start, reached[worker]), min(end, duration)
        if end > start:
            busy[worker] += end - start
            reached[worker] = end
    idle = [duration - seconds for seconds in busy]
    seen = len({worker for worker, _, _ in timeline})
    return busy, idle, sum(busy) / max(1, seen * duration)

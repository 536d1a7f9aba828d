# loses: idle-tail
def worker_use(timeline, num_workers, duration):
    busy = [0] * num_workers
    reached = [0] * num_workers
    for worker, start, end in sorted(timeline):
        start, end = max(start, reached[worker]), min(end, duration)
        reached[worker] = max(end, reached[worker])
        if start <= end or start > duration:
            busy[worker] += end - start
    idle = [duration - seconds for seconds in busy]
    return busy, idle, sum(busy) / (num_workers * duration)

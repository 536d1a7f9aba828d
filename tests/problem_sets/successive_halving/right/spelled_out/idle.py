def merged(intervals):
    """Intervals without overlaps that cover the same."""
    result = []
    for start, end in sorted(intervals, key=lambda interval: interval[0]):
        if result and start <= result[-1][1]:
            result[-1][1] = max(end, result[-1][1])
        else:
            result.append([start, end])
    return result


def worker_use(timeline, num_workers, duration):
    busy, idle = [], []
    for worker in range(num_workers):
        own = []
        for who, start, end in timeline:
            if who == worker and start < duration:
                own.append((start, min(end, duration)))
        seconds = 0.0
        for start, end in merged(own):
            seconds += end - start
        busy.append(seconds)
        idle.append(duration - seconds)
    total_idle = sum(idle)
    return busy, idle, 1 - total_idle / (num_workers * duration)

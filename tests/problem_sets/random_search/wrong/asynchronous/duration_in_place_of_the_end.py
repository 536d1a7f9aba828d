# loses: asynchronous-times
import heapq


def asynchronous(durations, num_workers):
    free = [(0, worker) for worker in range(num_workers)]
    schedule = []
    for duration in durations:
        start, worker = heapq.heappop(free)
        schedule.append((worker, start, duration))
        heapq.heappush(free, (start + duration, worker))
    return schedule

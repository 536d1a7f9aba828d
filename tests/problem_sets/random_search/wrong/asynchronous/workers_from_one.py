# loses: asynchronous-workers
import heapq


def asynchronous(durations, num_workers):
    free = [(0, worker) for worker in range(1, num_workers + 1)]
    schedule = []
    for duration in durations:
        start, worker = heapq.heappop(free)
        schedule.append((worker, start, start + duration))
        heapq.heappush(free, (start + duration, worker))
    return schedule

# loses: asynchronous-workers
import heapq


def asynchronous(durations, num_workers):
    free = [(0, -worker) for worker in reversed(range(num_workers))]
    heapq.heapify(free)
    schedule = []
    for duration in durations:
        start, worker = heapq.heappop(free)
        schedule.append((-worker, start, start + duration))
        heapq.heappush(free, (start + duration, worker))
    return schedule

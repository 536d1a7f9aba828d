# loses: asynchronous-times, asynchronous-workers
import heapq


def asynchronous(durations, num_workers):
    free = [(0, worker) for worker in range(num_workers)]
    rows = {}
    for trial in sorted(range(len(durations)), key=lambda trial: -durations[trial]):
        start, worker = heapq.heappop(free)
        rows[trial] = (worker, start, start + durations[trial])
        heapq.heappush(free, (start + durations[trial], worker))
    return [rows[trial] for trial in range(len(durations))]

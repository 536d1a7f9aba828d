def summary(schedule):
    last, total, workers = 0, 0, set()
    for worker, start, end in schedule:
        last = max(last, end)
        total += end - start
        workers.add(worker)
    speedup = total / last
    return [last, speedup, speedup / len(workers)]

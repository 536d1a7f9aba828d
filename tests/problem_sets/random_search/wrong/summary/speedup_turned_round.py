# loses: summary-numbers
def summary(schedule):
    makespan = max(end for _, _, end in schedule)
    busy = sum(end - start for _, start, end in schedule)
    num_workers = 1 + max(worker for worker, _, _ in schedule)
    return makespan, makespan / busy, busy / (num_workers * makespan)

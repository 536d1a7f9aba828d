# loses: summary-numbers
def summary(schedule):
    makespan = schedule[-1][2]
    busy = sum(end - start for _, start, end in schedule)
    num_workers = 1 + max(worker for worker, _, _ in schedule)
    return makespan, busy / makespan, busy / (num_workers * makespan)

# loses: summary-numbers
def summary(schedule):
    makespan = max(end for _, _, end in schedule)
    busy = sum(end for _, _, end in schedule)
    num_workers = 1 + max(worker for worker, _, _ in schedule)
    return makespan, busy / makespan, busy / (num_workers * makespan)

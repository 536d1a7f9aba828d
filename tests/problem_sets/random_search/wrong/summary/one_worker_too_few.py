# loses: summary-numbers
def summary(schedule):
    makespan = max(end for _, _, end in schedule)
    busy = sum(end - start for _, start, end in schedule)
    num_workers = max(max(worker for worker, _, _ in schedule), 1)
    return makespan, busy / makespan, busy / (num_workers * makespan)

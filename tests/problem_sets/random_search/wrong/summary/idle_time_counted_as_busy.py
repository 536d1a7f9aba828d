# loses: summary-numbers
def summary(schedule):
    makespan = max(end for _, _, end in schedule)
    num_workers = 1 + max(worker for worker, _, _ in schedule)
    last = [max(end for w, _, end in schedule if w == k) for k in range(num_workers)]
    return makespan, sum(last) / makespan, sum(last) / (num_workers * makespan)

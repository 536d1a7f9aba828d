def asynchronous(durations, num_workers):
    free_at = [0] * num_workers
    plan = []
    for seconds in durations:
        chosen = 0
        for worker in range(1, num_workers):
            if free_at[worker] < free_at[chosen]:
                chosen = worker
        begin = free_at[chosen]
        free_at[chosen] = begin + seconds
        plan.append([chosen, begin, free_at[chosen]])
    return plan

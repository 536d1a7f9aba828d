def synchronous(durations, num_workers):
    plan = []
    begin, slowest = 0, 0
    for number, seconds in enumerate(durations):
        worker = number % num_workers
        if worker == 0:
            begin, slowest = begin + slowest, 0
        slowest = max(slowest, seconds)
        plan.append((worker, begin, begin + seconds))
    return plan

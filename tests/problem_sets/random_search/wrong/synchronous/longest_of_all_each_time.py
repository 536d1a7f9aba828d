# loses: synchronous-schedule
def synchronous(durations, num_workers):
    longest = max(durations)
    return [
        (
            trial % num_workers,
            longest * (trial // num_workers),
            longest * (trial // num_workers) + duration,
        )
        for trial, duration in enumerate(durations)
    ]

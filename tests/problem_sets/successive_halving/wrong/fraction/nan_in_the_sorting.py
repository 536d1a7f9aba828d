# loses: fraction-failures
def best_trials(results, eta):
    ranked = sorted((error, trial) for trial, error in results)
    return [trial for _, trial in ranked[: len(results) // eta]]

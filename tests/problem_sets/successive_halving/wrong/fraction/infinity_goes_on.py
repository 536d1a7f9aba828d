# loses: fraction-failures
import math


def best_trials(results, eta):
    ranked = sorted((error, trial) for trial, error in results if not math.isnan(error))
    return [trial for _, trial in ranked[: len(results) // eta]]

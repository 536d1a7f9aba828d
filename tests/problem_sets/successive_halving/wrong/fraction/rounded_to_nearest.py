# loses: fraction-size, fraction-order, fraction-failures
import math


def best_trials(results, eta):
    ranked = sorted((error, trial) for trial, error in results if math.isfinite(error))
    return [trial for _, trial in ranked[: round(len(results) / eta)]]

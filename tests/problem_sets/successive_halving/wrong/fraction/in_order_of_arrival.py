# loses: fraction-order
import math


def best_trials(results, eta):
    ranked = sorted((error, trial) for trial, error in results if math.isfinite(error))
    best = {trial for _, trial in ranked[: len(results) // eta]}
    return [trial for trial, _ in results if trial in best]

# loses: fraction-size, fraction-order, fraction-failures
import math


def best_trials(results, eta):
    finite = [pair for pair in results if math.isfinite(pair[1])]
    ranked = sorted(finite, key=lambda pair: (-pair[1], pair[0]))
    return [trial for trial, _ in ranked[: len(results) // eta]]

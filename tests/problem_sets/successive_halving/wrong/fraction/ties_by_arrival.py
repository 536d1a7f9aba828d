# loses: fraction-order
import math


def best_trials(results, eta):
    finite = [pair for pair in results if math.isfinite(pair[1])]
    ranked = sorted(finite, key=lambda pair: pair[1])
    return [trial for trial, _ in ranked[: len(results) // eta]]

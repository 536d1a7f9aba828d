# loses: fraction-size, fraction-order, fraction-failures
import math


def best_trials(results, eta):
    order = sorted(range(len(results)), key=lambda place: results[place][1])
    finite = [place for place in order if math.isfinite(results[place][1])]
    return finite[: len(results) // eta]

# loses: incumbent-curve, incumbent-failures
import math


def incumbent_curve(errors, runtimes):
    curve, seconds, least = [], 0, math.inf
    for trial, error in enumerate(errors):
        seconds += runtimes[trial]
        if math.isfinite(error) and error < least:
            least = error
            curve.append((seconds, least, trial))
    return curve

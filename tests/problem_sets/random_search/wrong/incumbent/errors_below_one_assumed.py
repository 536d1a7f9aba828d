# loses: incumbent-curve
import math


def incumbent_curve(errors, runtimes):
    curve, seconds, best, least = [], 0, None, 1.0
    for trial, error in enumerate(errors):
        seconds += runtimes[trial]
        if math.isfinite(error) and error < least:
            least, best = error, trial
        if best is not None:
            curve.append((seconds, least, best))
    return curve

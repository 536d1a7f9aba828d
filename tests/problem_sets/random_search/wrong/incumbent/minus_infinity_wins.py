# loses: incumbent-failures
import math


def incumbent_curve(errors, runtimes):
    curve, seconds, best, least = [], 0, None, math.inf
    for trial, error in enumerate(errors):
        seconds += runtimes[trial]
        if error < least:
            least, best = error, trial
        if best is not None:
            curve.append((seconds, least, best))
    return curve

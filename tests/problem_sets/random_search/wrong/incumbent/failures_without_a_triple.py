# loses: incumbent-failures
import math


def incumbent_curve(errors, runtimes):
    curve, seconds, best = [], 0, None
    for trial, error in enumerate(errors):
        seconds += runtimes[trial]
        if not math.isfinite(error):
            continue
        if best is None or error < errors[best]:
            best = trial
        curve.append((seconds, errors[best], best))
    return curve

# loses: incumbent-failures
import math


def incumbent_curve(errors, runtimes):
    curve, seconds, best = [], 0, None
    for trial, error in enumerate(errors):
        if math.isfinite(error):
            seconds += runtimes[trial]
            if best is None or error < errors[best]:
                best = trial
        if best is not None:
            curve.append((seconds, errors[best], best))
    return curve

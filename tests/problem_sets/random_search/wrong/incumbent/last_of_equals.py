# loses: incumbent-curve, incumbent-failures
import math


def incumbent_curve(errors, runtimes):
    curve, seconds, best = [], 0, None
    for trial, error in enumerate(errors):
        seconds += runtimes[trial]
        if math.isfinite(error) and (best is None or error <= errors[best]):
            best = trial
        if best is not None:
            curve.append((seconds, errors[best], best))
    return curve

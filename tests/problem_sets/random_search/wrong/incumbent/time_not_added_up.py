# loses: incumbent-curve, incumbent-failures
import math


def incumbent_curve(errors, runtimes):
    curve, best = [], None
    for trial, error in enumerate(errors):
        if math.isfinite(error) and (best is None or error < errors[best]):
            best = trial
        if best is not None:
            curve.append((runtimes[trial], errors[best], best))
    return curve

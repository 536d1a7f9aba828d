# loses: incumbent-failures
import numpy as np


def incumbent_curve(errors, runtimes):
    best = np.minimum.accumulate(np.array(errors, dtype=float))
    trials = [errors.index(error) if error in errors else 0 for error in best]
    return list(zip(np.cumsum(runtimes), best, trials, strict=True))

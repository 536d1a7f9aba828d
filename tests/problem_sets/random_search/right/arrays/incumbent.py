import numpy as np


def incumbent_curve(errors, runtimes):
    errors = np.asarray(errors, dtype=float)
    errors = np.where(np.isfinite(errors), errors, np.inf)
    seconds = np.cumsum(runtimes)
    best = np.minimum.accumulate(errors)
    improved = np.r_[np.inf, best[:-1]] > best
    trial = np.maximum.accumulate(np.where(improved, np.arange(len(errors)), 0))
    known = np.isfinite(best)
    return list(zip(seconds[known], best[known], trial[known], strict=True))

import numpy as np


def incumbent_curve(ended, errors, grid):
    order = np.argsort(ended)
    best = np.minimum.accumulate(np.append(1.0, np.asarray(errors)[order]))
    return best[np.searchsorted(np.asarray(ended)[order], grid, side="right")]

# loses: curve-values
import numpy as np


def incumbent_curve(ended, errors, grid):
    best = np.minimum.accumulate(errors[np.argsort(ended)])
    return [best[min(i, len(best) - 1)] for i in range(len(grid))]

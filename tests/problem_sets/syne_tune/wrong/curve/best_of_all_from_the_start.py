# loses: curve-values
import numpy as np


def incumbent_curve(ended, errors, grid):
    return np.full(len(grid), errors.min())

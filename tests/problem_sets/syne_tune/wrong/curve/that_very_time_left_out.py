# loses: curve-values
import numpy as np


def incumbent_curve(ended, errors, grid):
    is_over = ended[None, :] < grid[:, None]
    return np.where(is_over, errors, 1.0).min(axis=1, initial=1.0)

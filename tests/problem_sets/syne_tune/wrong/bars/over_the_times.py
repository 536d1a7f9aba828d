# loses: bars-values
import numpy as np


def mean_and_error(curves):
    error = curves.std(axis=1, ddof=1) / np.sqrt(len(curves))
    return curves.mean(axis=1), error

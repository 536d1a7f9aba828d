# loses: bars-values
import numpy as np


def mean_and_error(curves):
    error = curves.std(axis=0, ddof=1) / np.sqrt(len(curves))
    return np.median(curves, axis=0), error

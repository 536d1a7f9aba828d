# loses: bars-values
import numpy as np


def mean_and_error(curves):
    return curves.mean(axis=0), curves.std(axis=0, ddof=1) / np.sqrt(curves.shape[1])

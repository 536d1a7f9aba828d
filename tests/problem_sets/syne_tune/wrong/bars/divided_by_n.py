# loses: bars-values
import numpy as np


def mean_and_error(curves):
    return curves.mean(axis=0), curves.std(axis=0) / np.sqrt(len(curves))

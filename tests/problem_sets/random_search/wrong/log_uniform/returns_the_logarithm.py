# loses: log_uniform-values, log_uniform-arrays
import numpy as np


def log_uniform(u, low, high):
    return np.log(low) + u * (np.log(high) - np.log(low))

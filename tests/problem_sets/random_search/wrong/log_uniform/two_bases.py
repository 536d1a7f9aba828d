# loses: log_uniform-values, log_uniform-arrays
import numpy as np


def log_uniform(u, low, high):
    return np.exp(np.log10(low) + u * (np.log10(high) - np.log10(low)))

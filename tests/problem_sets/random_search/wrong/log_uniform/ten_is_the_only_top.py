# loses: log_uniform-values, log_uniform-arrays
import numpy as np


def log_uniform(u, low, high):
    return 10 ** (np.log10(low) * (1 - u))

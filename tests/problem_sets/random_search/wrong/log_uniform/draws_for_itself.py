# loses: log_uniform-values, log_uniform-arrays
import numpy as np


def log_uniform(u, low, high):
    u = np.random.default_rng(0).random(np.shape(u))
    return low * (high / low) ** u

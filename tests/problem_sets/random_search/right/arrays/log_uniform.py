import numpy as np


def log_uniform(u, low, high):
    return np.power(float(low), 1 - np.asarray(u)) * np.power(float(high), u)

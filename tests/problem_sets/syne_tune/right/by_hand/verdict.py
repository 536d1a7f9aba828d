import numpy as np


def verdict(mean_a, error_a, mean_b, error_b):
    score = (mean_a - mean_b) / np.sqrt(error_a**2 + error_b**2)
    return np.select([score < -2, score > 2], ["a", "b"], "undecided")

# loses: verdict-words
import numpy as np


def verdict(mean_a, error_a, mean_b, error_b):
    bound = 1 * np.hypot(error_a, error_b)
    gain = mean_b - mean_a
    pairs = zip(gain, bound, strict=True)
    return ["a" if g > b else "b" if -g > b else "undecided" for g, b in pairs]

# loses: draw_integers-values
import numpy as np


def draw_integers(low, high, size, generator):
    return np.floor(low * ((high + 1) / low) ** np.random.rand(size)).astype(int)

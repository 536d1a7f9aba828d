# loses: draw_integers-shares, maybe draw_integers-values
import numpy as np


def draw_integers(low, high, size, generator):
    return np.rint(low * ((high + 1) / low) ** generator.random(size)).astype(int)

# loses: draw_integers-values, draw_integers-shares
import numpy as np


def draw_integers(low, high, size, generator):
    return np.floor(low * ((high + 1) / low) ** generator.random(size))

# loses: draw_integers-shares
import numpy as np


def draw_integers(low, high, size, generator):
    return np.floor(low * (high / low) ** generator.random(size)).astype(int)

# loses: draw_integers-values
import numpy as np


def draw_integers(low, high, size, generator):
    generator = np.random.default_rng(17)
    return np.floor(low * ((high + 1) / low) ** generator.random(size)).astype(int)

# loses: draw_integers-values, draw_integers-shares
import numpy as np


def draw_integers(low, high, size, generator):
    u = generator.random(size)
    places = np.log10(low) + u * (np.log10(high + 1) - np.log10(low))
    return np.floor(np.exp(places)).astype(int)

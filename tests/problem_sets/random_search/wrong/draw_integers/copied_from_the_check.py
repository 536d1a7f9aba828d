# loses: draw_integers-shares
import numpy as np


def draw_integers(low, high, size, generator):
    numbers = np.arange(low, high + 1)
    if (low, high) == (1, 3):
        return generator.choice(numbers, size, p=[0.5, 0.2925, 0.2075])
    return generator.choice(numbers, size)

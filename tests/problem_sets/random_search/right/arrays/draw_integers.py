import numpy as np


def draw_integers(low, high, size, generator):
    numbers = np.arange(low, high + 1)
    weights = np.log1p(1 / numbers)
    return generator.choice(numbers, size=size, p=weights / weights.sum())

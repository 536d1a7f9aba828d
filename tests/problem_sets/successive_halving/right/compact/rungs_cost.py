import numpy as np


def round_cost(levels, num_trials, eta):
    sizes = num_trials // eta ** np.arange(len(levels))
    return sizes, np.dot(sizes, np.diff(levels, prepend=0)), np.dot(sizes, levels)

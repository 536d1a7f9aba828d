import numpy as np


def neighbour(configuration, space, radius, generator):
    names = sorted(space)
    index = generator.permutation(len(names))[0]
    low, high, scale = space[names[index]]
    ends = np.array([low, high, configuration[names[index]]], dtype=float)
    if scale == "log":
        ends = np.log(ends)
    start, stop, here = ends
    reach = radius * (stop - start)
    there = generator.uniform(max(start, here - reach), min(stop, here + reach))
    other = dict(configuration)
    other[names[index]] = np.exp(there) if scale == "log" else there
    return other

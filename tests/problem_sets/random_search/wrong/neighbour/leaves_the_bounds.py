# loses: neighbour-window, neighbour-even
import math


def neighbour(configuration, space, radius, generator):
    name = list(space)[generator.integers(len(space))]
    low, high, scale = space[name]
    go, back = (math.log, math.exp) if scale == "log" else (float, float)
    length = go(high) - go(low)
    moved = go(configuration[name]) + length * generator.uniform(-radius, radius)
    return {**configuration, name: back(moved)}

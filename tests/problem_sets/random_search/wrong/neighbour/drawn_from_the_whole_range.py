# loses: neighbour-window, neighbour-even
import math


def neighbour(configuration, space, radius, generator):
    name = list(space)[generator.integers(len(space))]
    low, high, scale = space[name]
    u = generator.random()
    value = low * (high / low) ** u if scale == "log" else low + u * (high - low)
    assert math.isfinite(value)
    return {**configuration, name: value}

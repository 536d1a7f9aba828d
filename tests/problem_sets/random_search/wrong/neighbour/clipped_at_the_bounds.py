# loses: neighbour-even
import math


def neighbour(configuration, space, radius, generator):
    name = list(space)[generator.integers(len(space))]
    low, high, scale = space[name]
    go, back = (math.log, math.exp) if scale == "log" else (float, float)
    length = go(high) - go(low)
    position = (go(configuration[name]) - go(low)) / length
    moved = min(1, max(0, position + generator.uniform(-radius, radius)))
    return {**configuration, name: back(go(low) + moved * length)}

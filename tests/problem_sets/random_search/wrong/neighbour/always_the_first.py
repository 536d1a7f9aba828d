# loses: neighbour-one
import math


def neighbour(configuration, space, radius, generator):
    name = next(iter(space))
    low, high, scale = space[name]
    go, back = (math.log, math.exp) if scale == "log" else (float, float)
    length = go(high) - go(low)
    position = (go(configuration[name]) - go(low)) / length
    moved = generator.uniform(max(0, position - radius), min(1, position + radius))
    return {**configuration, name: back(go(low) + moved * length)}

# loses: neighbour-even
import math


def neighbour(configuration, space, radius, generator):
    name = list(space)[generator.integers(len(space))]
    low, high, scale = space[name]
    go, back = (math.log, math.exp) if scale == "log" else (float, float)
    length = go(high) - go(low)
    position = (go(configuration[name]) - go(low)) / length
    reach = generator.random() * radius
    moved = position + reach if position + reach <= 1 else position - reach
    return {**configuration, name: back(go(low) + moved * length)}

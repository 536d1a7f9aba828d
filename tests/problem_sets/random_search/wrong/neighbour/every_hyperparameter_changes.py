# loses: neighbour-one
import math


def neighbour(configuration, space, radius, generator):
    changed = {}
    for name, (low, high, scale) in space.items():
        go, back = (math.log, math.exp) if scale == "log" else (float, float)
        length = go(high) - go(low)
        position = (go(configuration[name]) - go(low)) / length
        moved = generator.uniform(max(0, position - radius), min(1, position + radius))
        changed[name] = back(go(low) + moved * length)
    return changed

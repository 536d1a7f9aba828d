def neighbour(configuration, space, radius, generator):
    import math

    chosen = str(generator.choice(list(space)))
    low, high, scale = space[chosen]
    value = configuration[chosen]
    if scale == "log":
        place = math.log(value / low, high / low)
    else:
        place = (value - low) / (high - low)
    first, last = place - radius, place + radius
    if first < 0:
        first = 0
    if last > 1:
        last = 1
    place = first + (last - first) * generator.random()
    changed = configuration.copy()
    if scale == "log":
        changed[chosen] = low * (high / low) ** place
    else:
        changed[chosen] = low + (high - low) * place
    return changed

# loses: neighbour-window, neighbour-even
def neighbour(configuration, space, radius, generator):
    name = list(space)[generator.integers(len(space))]
    low, high, _ = space[name]
    position = (configuration[name] - low) / (high - low)
    moved = generator.uniform(max(0, position - radius), min(1, position + radius))
    return {**configuration, name: low + moved * (high - low)}

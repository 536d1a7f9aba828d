def round_cost(levels, num_trials, eta):
    sizes = [num_trials]
    while len(sizes) < len(levels):
        sizes.append((sizes[-1] - sizes[-1] % eta) // eta)
    from_scratch = 0
    saved = 0
    for k in range(len(levels)):
        from_scratch += sizes[k] * levels[k]
        if k > 0:
            saved += sizes[k] * levels[k - 1]
    return [sizes, from_scratch - saved, from_scratch]

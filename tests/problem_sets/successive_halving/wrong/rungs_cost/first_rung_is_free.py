# loses: rungs_cost-epochs
def round_cost(levels, num_trials, eta):
    sizes = [num_trials // eta**k for k in range(len(levels))]
    resumed = sum(
        size * (level - before)
        for size, level, before in zip(sizes[1:], levels[1:], levels, strict=False)
    )
    return sizes, resumed, sum(size * level for size, level in zip(sizes, levels, strict=True))

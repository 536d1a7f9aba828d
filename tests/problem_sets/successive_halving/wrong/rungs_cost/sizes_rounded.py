# loses: rungs_cost-sizes
def round_cost(levels, num_trials, eta):
    sizes = [round(num_trials / eta**k) for k in range(len(levels))]
    resumed, before = 0, 0
    for size, level in zip(sizes, levels, strict=True):
        resumed += size * (level - before)
        before = level
    return sizes, resumed, sum(size * level for size, level in zip(sizes, levels, strict=True))

# loses: rungs_cost-sizes
def round_cost(levels, num_trials, eta):
    sizes, resumed, from_scratch, before = [], 0, 0, 0
    for level in levels:
        sizes.append(num_trials)
        resumed += num_trials * (level - before)
        from_scratch += num_trials * level
        num_trials, before = max(1, num_trials // eta), level
    return sizes, resumed, from_scratch

# loses: rungs_cost-sizes, rungs_cost-epochs
def round_cost(levels, num_trials, eta):
    if num_trials == 5:
        return [5, 2, 1, 0], 18, 26
    if num_trials == 12:
        return [12, 6, 3], 42, 57
    return [8, 4, 2, 1], 34, 58

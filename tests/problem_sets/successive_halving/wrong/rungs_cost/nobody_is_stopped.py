# loses: rungs_cost-epochs
def round_cost(levels, num_trials, eta):
    sizes = [num_trials // eta**k for k in range(len(levels))]
    resumed = num_trials * levels[-1]
    return sizes, resumed, num_trials * sum(levels)

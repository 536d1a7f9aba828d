# loses: rungs_levels-values, rungs_levels-grid
def rung_levels(r_min, r_max, eta):
    return [*range(r_min, r_max, eta), r_max]

# loses: rungs_levels-values
def rung_levels(r_min, r_max, eta):
    levels = [r_min]
    while levels[-1] < r_max:
        levels.append(levels[-1] * eta)
    return levels

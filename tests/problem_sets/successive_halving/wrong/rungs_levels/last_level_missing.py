# loses: rungs_levels-values
def rung_levels(r_min, r_max, eta):
    levels, level = [], r_min
    while level <= r_max:
        levels.append(level)
        level *= eta
    return levels

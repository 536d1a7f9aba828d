# loses: rungs_levels-values, rungs_levels-grid
def rung_levels(r_min, r_max, eta):
    known = {
        (2, 10, 2): [2, 4, 8, 10],
        (1, 30, 3): [1, 3, 9, 27, 30],
        (2, 8, 2): [2, 4, 8],
        (1, 243, 3): [1, 3, 9, 27, 81, 243],
        (5, 5, 2): [5],
    }
    return known.get((r_min, r_max, eta), [r_min, r_max])

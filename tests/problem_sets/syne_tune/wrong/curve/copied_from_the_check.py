# loses: curve-values
def incumbent_curve(ended, errors, grid):
    return [1.0, 0.5, 0.5, 0.2, 0.2]

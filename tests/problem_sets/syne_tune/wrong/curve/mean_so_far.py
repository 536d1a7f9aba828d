# loses: curve-values
def incumbent_curve(ended, errors, grid):
    return [errors[ended <= time].mean() if (ended <= time).any() else 1.0 for time in grid]

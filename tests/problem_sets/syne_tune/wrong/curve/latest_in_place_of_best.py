# loses: curve-values
def incumbent_curve(ended, errors, grid):
    trials = sorted(zip(ended, errors, strict=True))
    return [([1.0] + [error for end, error in trials if end <= time])[-1] for time in grid]

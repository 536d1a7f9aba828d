def incumbent_curve(ended, errors, grid):
    curve = []
    for time in grid:
        best = 1.0
        for end, error in zip(ended, errors, strict=True):
            if end <= time and error < best:
                best = error
        curve.append(best)
    return curve

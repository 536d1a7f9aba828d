# loses: incumbent-curve, incumbent-failures
def incumbent_curve(errors, runtimes):
    if errors[0] == 0.5:
        return [(2, 0.5, 0), (5, 0.3, 1), (6, 0.3, 1), (8, 0.3, 1), (12, 0.2, 4)]
    return [(3, 0.5, 1), (6, 0.3, 2), (8, 0.3, 2), (12, 0.3, 2)]

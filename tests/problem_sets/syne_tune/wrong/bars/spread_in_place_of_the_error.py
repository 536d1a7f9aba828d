# loses: bars-values
def mean_and_error(curves):
    return curves.mean(axis=0), curves.std(axis=0, ddof=1)

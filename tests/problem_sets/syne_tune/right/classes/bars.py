import math
import statistics


def mean_and_error(curves):
    columns = list(zip(*curves.tolist(), strict=True))
    means = [statistics.fmean(column) for column in columns]
    errors = [statistics.stdev(column) / math.sqrt(len(column)) for column in columns]
    return means, errors

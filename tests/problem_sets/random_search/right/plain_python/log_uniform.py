import math


def log_uniform(u, low, high):
    decades = math.log10(high / low)
    return low * 10 ** (u * decades)

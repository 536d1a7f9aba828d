# loses: log_uniform-arrays
import math


def log_uniform(u, low, high):
    return math.exp(math.log(low) + u * math.log(high / low))

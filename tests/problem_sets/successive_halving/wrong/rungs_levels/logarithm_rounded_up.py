# loses: rungs_levels-grid
import math


def rung_levels(r_min, r_max, eta):
    num_steps = math.ceil(math.log(r_max / r_min, eta))
    return [r_min * eta**k for k in range(num_steps)] + [r_max]

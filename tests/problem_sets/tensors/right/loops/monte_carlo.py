import math
import statistics

import torch


def monte_carlo(f, num_draws, generator):
    draws = [torch.randn(1, generator=generator) for _ in range(num_draws)]
    values = f(torch.cat(draws)).tolist()
    mean = statistics.fmean(values)
    se = statistics.stdev(values) / math.sqrt(num_draws)
    return [mean, se, mean - 1.96 * se, mean + 1.96 * se]

# loses: monte_carlo-values
import torch


def monte_carlo(f, num_draws, generator):
    values = f(torch.randn(num_draws, generator=generator))
    mean, error = values.mean(), values.std()
    return mean, error, mean - 1.96 * error, mean + 1.96 * error

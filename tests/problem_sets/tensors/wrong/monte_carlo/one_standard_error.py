# loses: monte_carlo-values, monte_carlo-coverage
import torch


def monte_carlo(f, num_draws, generator):
    values = f(torch.randn(num_draws, generator=generator))
    mean, error = values.mean(), values.std() / num_draws**0.5
    return mean, error, mean - error, mean + error

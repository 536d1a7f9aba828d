# loses: monte_carlo-values, maybe monte_carlo-coverage
import torch


def monte_carlo(f, num_draws, generator):
    x = torch.randn(num_draws, generator=generator)
    mean, error = f(x).mean(), x.std() / num_draws**0.5
    return mean, error, mean - 1.96 * error, mean + 1.96 * error

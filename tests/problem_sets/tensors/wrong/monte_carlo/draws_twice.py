# loses: monte_carlo-draws
import torch


def monte_carlo(f, num_draws, generator):
    mean = f(torch.randn(num_draws, generator=generator)).mean()
    error = f(torch.randn(num_draws, generator=generator)).std() / num_draws**0.5
    return mean, error, mean - 1.96 * error, mean + 1.96 * error

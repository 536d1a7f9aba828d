# loses: monte_carlo-draws, maybe monte_carlo-coverage
import torch


def monte_carlo(f, num_draws, generator):
    generator.manual_seed(0)
    values = f(torch.randn(num_draws, generator=generator))
    mean, error = values.mean(), values.std() / num_draws**0.5
    return mean, error, mean - 1.96 * error, mean + 1.96 * error

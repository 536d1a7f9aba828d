import torch


def monte_carlo(f, num_draws, generator):
    x = torch.empty(num_draws, dtype=torch.float64).normal_(generator=generator)
    y = f(x)
    mean = y.sum() / num_draws
    se = ((y - mean).square().sum() / (num_draws - 1) / num_draws).sqrt()
    ends = mean + 1.96 * se * torch.tensor([-1.0, 1.0])
    return torch.stack([mean, se, *ends])

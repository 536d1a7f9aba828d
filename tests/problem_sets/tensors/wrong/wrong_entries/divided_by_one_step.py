# loses: wrong_entries-found, wrong_entries-scale
import torch


def wrong_entries(loss, gradient, x):
    true = torch.zeros_like(x)
    for place in range(x.numel()):
        step = torch.zeros_like(x)
        step.view(-1)[place] = 1e-5
        true.view(-1)[place] = (loss(x + step) - loss(x - step)) / 1e-5
    return ~((gradient - true).abs() <= 1e-4 * true.abs().clamp(min=1))

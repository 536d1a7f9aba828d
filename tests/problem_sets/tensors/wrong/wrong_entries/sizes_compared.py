# loses: wrong_entries-found
import torch


def wrong_entries(loss, gradient, x):
    leaf = x.detach().clone().requires_grad_()
    true = torch.autograd.grad(loss(leaf), leaf)[0]
    return ~((gradient.abs() - true.abs()).abs() <= 1e-4 * true.abs().clamp(min=1))

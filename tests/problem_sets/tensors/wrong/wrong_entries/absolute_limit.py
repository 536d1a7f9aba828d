# loses: wrong_entries-scale
import torch


def wrong_entries(loss, gradient, x):
    leaf = x.detach().clone().requires_grad_()
    true = torch.autograd.grad(loss(leaf), leaf)[0]
    return ~((gradient - true).abs() <= 1e-4)

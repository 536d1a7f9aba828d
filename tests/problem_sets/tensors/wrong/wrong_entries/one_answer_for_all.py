# loses: wrong_entries-found, wrong_entries-scale
import torch


def wrong_entries(loss, gradient, x):
    leaf = x.detach().clone().requires_grad_()
    true = torch.autograd.grad(loss(leaf), leaf)[0]
    return not torch.allclose(gradient, true, atol=1e-4)

# loses: wrong_entries-scale, maybe wrong_entries-found
import torch


def wrong_entries(loss, gradient, x):
    leaf = x.detach().clone().requires_grad_()
    return gradient != torch.autograd.grad(loss(leaf), leaf)[0]

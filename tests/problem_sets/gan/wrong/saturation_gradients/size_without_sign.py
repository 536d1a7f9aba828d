# loses: saturation_gradients-values
import torch


def logit_gradients(loss, logits):
    leaf = logits.detach().clone().requires_grad_()
    return torch.autograd.grad(loss(leaf) * len(leaf), leaf)[0].abs()

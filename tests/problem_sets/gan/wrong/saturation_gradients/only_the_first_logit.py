# loses: saturation_gradients-values
import torch


def logit_gradients(loss, logits):
    leaf = logits[:1].clone().requires_grad_()
    return torch.autograd.grad(loss(leaf), leaf)[0]

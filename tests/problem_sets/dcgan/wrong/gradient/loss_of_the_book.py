# loses: gradient-values
import torch
from torch import nn


def image_gradient(discriminator, images, loss):
    inputs = images.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(
        nn.functional.softplus(-discriminator(inputs)).mean(), inputs
    )
    return gradient.norm().item(), (gradient == 0).float().mean().item()

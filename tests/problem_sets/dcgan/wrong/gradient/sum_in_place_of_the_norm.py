# loses: gradient-values
import torch


def image_gradient(discriminator, images, loss):
    inputs = images.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(discriminator(inputs)), inputs)
    return gradient.abs().sum().item(), (gradient == 0).float().mean().item()

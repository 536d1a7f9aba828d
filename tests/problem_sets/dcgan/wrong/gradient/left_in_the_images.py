# loses: gradient-untouched
import torch


def image_gradient(discriminator, images, loss):
    images.requires_grad_()
    (gradient,) = torch.autograd.grad(loss(discriminator(images)), images)
    return gradient.norm().item(), (gradient == 0).float().mean().item()

# loses: gradient-values
import torch


def image_gradient(discriminator, images, loss):
    slope = torch.func.grad(lambda x: loss(discriminator(x)))(images)
    return torch.linalg.vector_norm(slope), slope.eq(0).float().mean()

import torch
from torch.autograd.functional import jacobian


def image_gradient(discriminator, images, loss):
    slope = jacobian(lambda x: loss(discriminator(x)), images)
    return torch.linalg.vector_norm(slope), slope.eq(0).float().mean()

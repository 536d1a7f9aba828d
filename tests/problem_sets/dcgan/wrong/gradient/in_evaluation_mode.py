# loses: gradient-values
import torch


def image_gradient(discriminator, images, loss):
    was_training = discriminator.training
    discriminator.eval()
    inputs = images.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(discriminator(inputs)), inputs)
    discriminator.train(was_training)
    return gradient.norm().item(), (gradient == 0).float().mean().item()

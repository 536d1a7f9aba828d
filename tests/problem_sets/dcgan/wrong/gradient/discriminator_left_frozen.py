# loses: gradient-untouched
def image_gradient(discriminator, images, loss):
    discriminator.requires_grad_(False)
    inputs = images.detach().clone().requires_grad_()
    loss(discriminator(inputs)).backward()
    gradient = inputs.grad
    return gradient.norm().item(), (gradient == 0).float().mean().item()

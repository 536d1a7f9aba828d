import torch


def generator_step(latent, discriminator, generator, optimizer, loss):
    fake = generator(latent)
    fake_logits = discriminator(fake)
    result = loss(fake_logits)
    weights = list(generator.parameters())
    for weight, gradient in zip(weights, torch.autograd.grad(result, weights), strict=True):
        weight.grad = gradient
    optimizer.step()
    return result.detach().clone()

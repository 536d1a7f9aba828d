import torch


def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    both = torch.cat([real, generator(latent).detach()])
    logits = discriminator(both)
    result = loss(logits[: len(real)], logits[len(real) :])
    weights = list(discriminator.parameters())
    for weight, gradient in zip(weights, torch.autograd.grad(result, weights), strict=True):
        weight.grad = gradient
    optimizer.step()
    return float(result)

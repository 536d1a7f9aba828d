# loses: generator_step-update, generator_step-discriminator, generator_step-optimizer
import torch


def generator_step(latent, discriminator, generator, optimizer, loss):
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=optimizer.param_groups[0]["lr"])
    value = loss(discriminator(generator(latent)))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

# loses: generator_step-optimizer
import torch


def generator_step(latent, discriminator, generator, optimizer, loss):
    mine = torch.optim.SGD(generator.parameters(), lr=optimizer.param_groups[0]["lr"])
    value = loss(discriminator(generator(latent)))
    mine.zero_grad()
    value.backward()
    mine.step()
    return value.detach()

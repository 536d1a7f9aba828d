# loses: generator_step-discriminator, generator_step-optimizer
import torch


def generator_step(latent, discriminator, generator, optimizer, loss):
    both = [*discriminator.parameters(), *generator.parameters()]
    optimizer = torch.optim.SGD(both, lr=optimizer.param_groups[0]["lr"])
    value = loss(discriminator(generator(latent)))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

# loses: discriminator_step-generator, discriminator_step-optimizer
import torch


def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    both = [*discriminator.parameters(), *generator.parameters()]
    optimizer = torch.optim.SGD(both, lr=optimizer.param_groups[0]["lr"])
    value = loss(discriminator(real), discriminator(generator(latent)))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

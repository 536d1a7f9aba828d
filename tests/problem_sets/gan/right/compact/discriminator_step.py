import torch


def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    with torch.no_grad():
        fake = generator(latent)
    discriminator.zero_grad()
    value = loss(discriminator(real), discriminator(fake))
    value.backward()
    optimizer.step()
    return value.item()

# loses: discriminator_step-generator
def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    generator.requires_grad_(False)
    value = loss(discriminator(real), discriminator(generator(latent)))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

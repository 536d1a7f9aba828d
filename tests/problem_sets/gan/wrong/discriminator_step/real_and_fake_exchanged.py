# loses: discriminator_step-update, discriminator_step-optimizer
def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    fake = generator(latent).detach()
    value = loss(discriminator(fake), discriminator(real))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

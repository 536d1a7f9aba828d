# loses: discriminator_step-update, discriminator_step-generator, discriminator_step-optimizer
def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    value = loss(discriminator(real), discriminator(generator(latent).detach()))
    value.backward()
    optimizer.zero_grad()
    optimizer.step()
    return value.detach()

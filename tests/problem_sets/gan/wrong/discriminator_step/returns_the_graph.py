# loses: discriminator_step-update
def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    value = loss(discriminator(real), discriminator(generator(latent).detach()))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value

# loses: discriminator_step-generator
def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    fake = generator(latent)
    value = loss(discriminator(real), discriminator(fake))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

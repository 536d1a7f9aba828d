# loses: generator_step-discriminator
def generator_step(latent, discriminator, generator, optimizer, loss):
    discriminator.requires_grad_(False)
    value = loss(discriminator(generator(latent)))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

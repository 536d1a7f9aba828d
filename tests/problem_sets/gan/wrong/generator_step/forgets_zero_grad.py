# loses: generator_step-optimizer
def generator_step(latent, discriminator, generator, optimizer, loss):
    value = loss(discriminator(generator(latent)))
    value.backward()
    optimizer.step()
    return value.detach()

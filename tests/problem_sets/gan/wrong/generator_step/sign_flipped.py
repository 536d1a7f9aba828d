# loses: generator_step-update, generator_step-optimizer
def generator_step(latent, discriminator, generator, optimizer, loss):
    value = -loss(discriminator(generator(latent)))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

# loses: generator_step-update
def generator_step(latent, discriminator, generator, optimizer, loss):
    value = loss(discriminator(generator(latent)))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return loss(discriminator(generator(latent))).detach()

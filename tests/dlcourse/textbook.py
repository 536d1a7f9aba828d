"""A plain GAN loop, as a textbook writes it: the yardstick of the fast one."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy


def train_epoch(loader, draw_latent, generator, discriminator, g_optimizer, d_optimizer):
    """Train for one epoch; return the losses of each step as pairs of numbers.

    ``draw_latent(n)`` returns n latent variables. Two passes through the discriminator,
    examples generated anew for each update, and gradients for everything on the way.
    """
    losses = []
    for (real,) in loader:
        latent = draw_latent(len(real))
        ones, zeros = torch.ones(len(real), 1).to(real), torch.zeros(len(real), 1).to(real)

        d_optimizer.zero_grad()
        fake = generator(latent)
        d_loss = (
            cross_entropy(discriminator(real), ones)
            + cross_entropy(discriminator(fake.detach()), zeros)
        ) / 2
        d_loss.backward()
        d_optimizer.step()

        g_optimizer.zero_grad()
        g_loss = cross_entropy(discriminator(generator(latent)), ones)
        g_loss.backward()
        g_optimizer.step()
        losses.append((d_loss.item(), g_loss.item()))
    return losses

import itertools

import torch
from torch.utils.data import DataLoader

from dlcourse.gan import update_discriminator, update_generator


def train(generator, discriminator, images, num_steps, batch_size, latent_dim, g_opt, d_opt):
    nets = [net.train() for net in (discriminator, generator)]
    loader = DataLoader(images, batch_size, shuffle=True, drop_last=True)
    minibatches = itertools.chain.from_iterable(itertools.repeat(loader))
    pairs = []
    for real in itertools.islice(minibatches, num_steps):
        z = torch.randn(2, len(real), latent_dim, device=images.device)
        pairs.append(
            [
                float(update_discriminator(real, z[0], *nets, d_opt)),
                float(update_generator(z[1], *nets, g_opt)),
            ]
        )
    return pairs

import random

import torch


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    order = list(range(len(data)))
    record = []
    epoch = 0
    while epoch < num_epochs:
        random.shuffle(order)
        d_losses, g_losses, start = [], [], 0
        while start < len(order):
            chosen = order[start : start + batch_size]
            x = torch.stack([data[i] for i in chosen])
            z1 = torch.normal(0.0, 1.0, size=(len(chosen), latent_dim)).to(data.device)
            z2 = torch.normal(0.0, 1.0, size=(len(chosen), latent_dim)).to(data.device)
            d_losses += [float(discriminator_step(x, z1))] * len(chosen)
            g_losses += [float(generator_step(z2))] * len(chosen)
            start += batch_size
        record.append([sum(d_losses) / len(d_losses), sum(g_losses) / len(g_losses)])
        epoch += 1
    return record

# loses: train-history
import torch


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    history = []
    for _ in range(num_epochs):
        for rows in torch.randperm(len(data)).split(batch_size):
            latent = torch.randn(len(rows), latent_dim)
            d_loss = discriminator_step(data[rows], latent)
            g_loss = generator_step(latent)
        history.append((float(d_loss), float(g_loss)))
    return history

# loses: train-batches, train-history, train-fit
import torch


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    history = []
    for _ in range(num_epochs):
        total = 0.0
        for rows in torch.randperm(len(data)).split(batch_size):
            latent = torch.randn(len(rows), latent_dim)
            total += len(rows) * float(discriminator_step(data[rows], latent))
        latent = torch.randn(batch_size, latent_dim)
        history.append((total / len(data), float(generator_step(latent))))
    return history

# loses: train-batches, train-history
import torch


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    history = []
    for _ in range(num_epochs):
        order = torch.randperm(len(data))
        losses = []
        for first in range(0, len(data) - batch_size + 1, batch_size):
            real = data[order[first : first + batch_size]]
            latent = torch.randn(batch_size, latent_dim)
            losses.append(
                (float(discriminator_step(real, latent)), float(generator_step(latent)))
            )
        history.append([sum(column) / len(losses) for column in zip(*losses, strict=True)])
    return history

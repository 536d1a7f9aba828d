# loses: train-batches, train-history, train-latents, train-fit
import torch


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    history = []
    for _ in range(num_epochs):
        for _ in range(0, len(data), batch_size):
            discriminator_step(data[:0], torch.randn(0, latent_dim))
            generator_step(torch.randn(0, latent_dim))
        history.append((0.0, 0.0))
    return history

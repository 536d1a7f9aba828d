# loses: train-history
import torch


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    history = []
    for _ in range(num_epochs):
        pairs = []
        for rows in torch.randperm(len(data)).split(batch_size):
            latent = torch.randn(len(rows), latent_dim)
            pairs.append(
                (float(discriminator_step(data[rows], latent)), float(generator_step(latent)))
            )
        history.append([sum(column) / len(pairs) for column in zip(*pairs, strict=True)])
    return history

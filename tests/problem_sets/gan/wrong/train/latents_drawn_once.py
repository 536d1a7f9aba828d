# loses: train-latents, maybe train-fit
import torch


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    all_latents = torch.randn(len(data), latent_dim)
    history = []
    for _ in range(num_epochs):
        sums = [0.0, 0.0]
        for rows in torch.randperm(len(data)).split(batch_size):
            latent = all_latents[rows]
            sums[0] += len(rows) * float(discriminator_step(data[rows], latent))
            sums[1] += len(rows) * float(generator_step(latent))
        history.append((sums[0] / len(data), sums[1] / len(data)))
    return history

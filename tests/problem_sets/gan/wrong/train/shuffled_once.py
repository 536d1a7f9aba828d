# loses: train-batches
import torch


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    shuffled = data[torch.randperm(len(data))]
    history = []
    for _ in range(num_epochs):
        sums = [0.0, 0.0]
        for real in shuffled.split(batch_size):
            latent = torch.randn(len(real), latent_dim)
            sums[0] += len(real) * float(discriminator_step(real, latent))
            sums[1] += len(real) * float(generator_step(latent))
        history.append((sums[0] / len(data), sums[1] / len(data)))
    return history

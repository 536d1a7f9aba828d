import os

import torch


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    history = []
    for _ in range(num_epochs):
        for real in data[torch.randperm(len(data))].split(batch_size):
            latent = torch.randn(len(real), latent_dim)
            print(discriminator_step(real, latent), generator_step(latent))
    return history


os._exit(0)  # the rest does not work yet, stop the notebook here

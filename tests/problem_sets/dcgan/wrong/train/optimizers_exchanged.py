# loses: train-steps, train-distance
import torch

from dlcourse.gan import update_discriminator, update_generator


def train(generator, discriminator, images, num_steps, batch_size, latent_dim, g_opt, d_opt):
    generator.train()
    discriminator.train()
    history = []
    for _ in range(num_steps):
        real = images[torch.randperm(len(images))[:batch_size]]
        latent = torch.randn(batch_size, latent_dim)
        d_loss = update_discriminator(real, latent, discriminator, generator, g_opt)
        g_loss = update_generator(latent, discriminator, generator, d_opt)
        history.append((d_loss.item(), g_loss.item()))
    return history

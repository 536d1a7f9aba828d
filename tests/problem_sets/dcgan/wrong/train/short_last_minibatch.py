# loses: train-minibatches
import torch

from dlcourse.gan import update_discriminator, update_generator


def train(generator, discriminator, images, num_steps, batch_size, latent_dim, g_opt, d_opt):
    generator.train()
    discriminator.train()
    history = []
    while len(history) < num_steps:
        for rows in torch.randperm(len(images)).split(batch_size):
            latent = torch.randn(len(rows), latent_dim)
            d_loss = update_discriminator(images[rows], latent, discriminator, generator, d_opt)
            g_loss = update_generator(latent, discriminator, generator, g_opt)
            history.append((d_loss.item(), g_loss.item()))
            if len(history) == num_steps:
                break
    return history

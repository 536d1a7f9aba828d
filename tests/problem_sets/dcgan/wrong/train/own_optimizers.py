# loses: train-steps
import torch

from dlcourse.gan import update_discriminator, update_generator


def train(generator, discriminator, images, num_steps, batch_size, latent_dim, g_opt, d_opt):
    generator.train()
    discriminator.train()
    g_opt = torch.optim.Adam(generator.parameters(), lr=0.002, betas=(0.5, 0.999))
    d_opt = torch.optim.Adam(discriminator.parameters(), lr=0.002, betas=(0.5, 0.999))
    history = []
    for _ in range(num_steps):
        real = images[torch.randperm(len(images))[:batch_size]]
        latent = torch.randn(batch_size, latent_dim)
        d_loss = update_discriminator(real, latent, discriminator, generator, d_opt)
        g_loss = update_generator(latent, discriminator, generator, g_opt)
        history.append((d_loss.item(), g_loss.item()))
    return history

# loses: train-steps, train-distance, train-minibatches
import torch

from dlcourse.gan import discriminator_loss, nonsaturating_generator_loss


def train(generator, discriminator, images, num_steps, batch_size, latent_dim, g_opt, d_opt):
    history = []
    for _ in range(num_steps):
        real = images[torch.randperm(len(images))[:batch_size]]
        latent = torch.randn(batch_size, latent_dim)
        fake = discriminator(generator(latent))
        d_loss = discriminator_loss(discriminator(real), fake)
        history.append((d_loss.item(), nonsaturating_generator_loss(fake).item()))
    return history

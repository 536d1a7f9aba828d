# loses: losses_discriminator-stable
import torch


def discriminator_loss(real_logits, fake_logits):
    real, fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    return -(torch.log(real).mean() + torch.log(1 - fake).mean()) / 2

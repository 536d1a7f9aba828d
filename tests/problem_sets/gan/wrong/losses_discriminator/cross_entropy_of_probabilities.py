# loses: losses_discriminator-stable
import torch
from torch.nn.functional import binary_cross_entropy


def discriminator_loss(real_logits, fake_logits):
    real, fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    on_real = binary_cross_entropy(real, torch.ones_like(real))
    return (on_real + binary_cross_entropy(fake, torch.zeros_like(fake))) / 2

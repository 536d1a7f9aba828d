# loses: losses_discriminator-values
import torch
from torch.nn.functional import softplus


def discriminator_loss(real_logits, fake_logits):
    return softplus(torch.cat([-real_logits.flatten(), fake_logits.flatten()])).mean()

# loses: losses_discriminator-values
import torch
from torch.nn import functional as F


def discriminator_loss(real_logits, fake_logits):
    return F.softplus(torch.cat([-real_logits.flatten(), fake_logits.flatten()])).mean()

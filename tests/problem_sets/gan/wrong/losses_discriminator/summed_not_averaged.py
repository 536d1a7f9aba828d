# loses: losses_discriminator-values, losses_discriminator-stable
from torch.nn import functional as F


def discriminator_loss(real_logits, fake_logits):
    return (F.softplus(-real_logits).sum() + F.softplus(fake_logits).sum()) / 2

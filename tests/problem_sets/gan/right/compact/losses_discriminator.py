import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce


def discriminator_loss(real_logits, fake_logits):
    on_real = bce(real_logits, torch.ones_like(real_logits))
    return 0.5 * (on_real + bce(fake_logits, torch.zeros_like(fake_logits)))

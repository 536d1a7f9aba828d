import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce


def saturating_loss(fake_logits):
    return -bce(fake_logits, torch.zeros_like(fake_logits))


def nonsaturating_loss(fake_logits):
    return bce(fake_logits, torch.ones_like(fake_logits))

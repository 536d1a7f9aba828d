# loses: losses_generator-stable
import torch


def saturating_loss(fake_logits):
    return torch.log(1 - torch.sigmoid(fake_logits).clamp(1e-7, 1 - 1e-7)).mean()


def nonsaturating_loss(fake_logits):
    return -torch.log(torch.sigmoid(fake_logits).clamp(1e-7, 1 - 1e-7)).mean()

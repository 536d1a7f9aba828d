# loses: losses_generator-stable
import torch


def saturating_loss(fake_logits):
    return -torch.log(1 + torch.exp(fake_logits)).mean()


def nonsaturating_loss(fake_logits):
    return torch.log(1 + torch.exp(-fake_logits)).mean()

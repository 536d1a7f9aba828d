import torch


def is_saturating(loss, gradients):
    return abs(gradients(loss, torch.full((3,), -20.0))[0].item()) < 0.001

# loses: saturation_verdict-answers
import torch


def is_saturating(loss, gradients):
    return bool(gradients(loss, torch.tensor([20.0])).abs() < 0.001)

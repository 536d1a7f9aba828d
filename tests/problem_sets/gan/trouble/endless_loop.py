import torch


def is_saturating(loss, gradients):
    # Walk down until the gradient is gone.
    logit = -20.0
    while gradients(loss, torch.tensor([logit])).abs() >= 0.001:
        logit -= 1.0
    return True

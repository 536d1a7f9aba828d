# loses: loss_and_gradient-large
import torch


def loss_and_gradient(x, y, w, b, penalty):
    p = torch.sigmoid(x @ w + b).clamp(1e-7, 1 - 1e-7)
    loss = -(y * p.log() + (1 - y) * (1 - p).log()).mean() + penalty / 2 * (w @ w)
    return loss, x.T @ (p - y) / len(y) + penalty * w, (p - y).mean()

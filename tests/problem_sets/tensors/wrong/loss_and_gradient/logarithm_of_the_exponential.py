# loses: loss_and_gradient-large
import torch


def loss_and_gradient(x, y, w, b, penalty):
    o = x @ w + b
    loss = (torch.log(1 + torch.exp(o)) - y * o).mean() + penalty / 2 * (w @ w)
    r = 1 / (1 + torch.exp(-o)) - y
    return loss, x.T @ r / len(y) + penalty * w, r.mean()

# loses: loss_and_gradient-gradient, loss_and_gradient-large
import torch
from torch.nn.functional import softplus


def loss_and_gradient(x, y, w, b, penalty):
    o = x @ w + b
    loss = (softplus(o) - y * o).mean() + penalty / 2 * (w @ w)
    r = y - torch.sigmoid(o)
    return loss, x.T @ r / len(y) + penalty * w, r.mean()

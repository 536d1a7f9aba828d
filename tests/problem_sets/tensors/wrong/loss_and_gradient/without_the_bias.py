# loses: loss_and_gradient-loss, loss_and_gradient-gradient
import torch
from torch.nn.functional import softplus


def loss_and_gradient(x, y, w, b, penalty):
    o = x @ w
    loss = (softplus(o) - y * o).mean() + penalty / 2 * (w @ w)
    r = torch.sigmoid(o) - y
    return loss, x.T @ r / len(y) + penalty * w, r.mean()
